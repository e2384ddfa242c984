/** An image's name taken apart, as docker does it: `acme/app` is `docker.io/acme/app:latest`. */
export interface ImageName {
  registry: string;
  path: string;
  /** A tag, or a digest behind an `@`. */
  reference: string;
  /** `r.io/path`, complete. */
  repository: string;
  /** The repository as docker prints it: Docker Hub's own prefix is left out. */
  familiar: string;
  /** The whole name as docker prints it. */
  short: string;
  /** The whole name, complete. */
  full: string;
}

/** Reads a name. Throws on one that docker would call an invalid reference format. */
export function parseName(name: string): ImageName {
  const [, written = "", tag, digest] =
    /^([^@]+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(name) ?? [];
  if (!/^[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*$/.test(written)) throw new Error(`${name} is not the name of an image`);
  const [first = "", ...rest] = written.split("/");
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = hosted ? first.replace(/^index\.docker\.io$/, "docker.io") : "docker.io";
  const own = hosted ? rest.join("/") : written;
  const path = registry === "docker.io" && !own.includes("/") ? `library/${own}` : own;
  const repository = `${registry}/${path}`;
  const familiar = repository.replace(/^docker\.io\/(?:library\/)?/, "");
  const reference = digest ?? tag ?? "latest";
  const end = `${digest === undefined ? ":" : "@"}${reference}`;
  return { registry, path, reference, repository, familiar, short: `${familiar}${end}`, full: `${repository}${end}` };
}
