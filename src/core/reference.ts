/**
 * Docker's reference grammar, after the distribution project's own:
 * https://github.com/distribution/reference/blob/main/reference.go
 */
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const domainName =
  /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?$/;
const domainIPv6 = /^\[[a-fA-F0-9:]+\](?::[0-9]+)?$/;

/** A tag: at most 128 of letters, digits, `_`, `.`, `-`, not starting with `.` or `-`. */
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

const longestPath = 255;

/** Docker Hub, which repositories without a registry are in. */
export const dockerHub = "docker.io";

/** A repository with its parts: `name` is made up of them only once, where the config is read. */
export interface Repository {
  /** As people and docker write it, `my-registry.com/team/app1`. */
  name: string;
  /** The registry, `my-registry.com` or `localhost:5000`; `docker.io` where none is written. */
  registry: string;
  /** The repository's path in its registry; Docker Hub's own images have `library/` there. */
  path: string;
}

/** An image by a repository and a tag. */
export interface Reference {
  repository: Repository;
  tag: string;
}

/** `my-registry.com/team/app1:latest` */
export function formatReference({ repository, tag }: Reference): string {
  return `${repository.name}:${tag}`;
}

/** Reads a repository. By Docker's rule its first part is the registry if it looks like a host. */
export function parseRepository(name: string): Repository {
  const { registry, path } = split(name);
  if (registry !== null && registry !== dockerHub && registry !== `index.${dockerHub}`) return { name, registry, path };
  return { name, registry: dockerHub, path: path.includes("/") ? path : `library/${path}` };
}

/** Reads an image's name as a Dockerfile has it, `python:3.12`, without a digest; null where it cannot be one. */
export function parseReference(text: string): Reference | null {
  const [, name = "", tag = "latest"] = /^(.*?)(?::([^:/@]*))?$/s.exec(text) ?? [];
  return repositoryFault(name) === null && isTag(tag) ? { repository: parseRepository(name), tag } : null;
}

/** The digest in an image's name, which always stands for the same; null where what the name stands for may change. */
export function digestInName(image: string): string | null {
  return /@(.+)$/s.exec(image)?.[1] ?? null;
}

/** Whether a repository names its registry. */
function hasRegistry(name: string): boolean {
  return split(name).registry !== null;
}

function split(name: string): { registry: string | null; path: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  const isHost = slash > 0 && (first === "localhost" || /[.:A-Z[]/.test(first));
  return isHost ? { registry: first, path: name.slice(slash + 1) } : { registry: null, path: name };
}

/** Why `repository` cannot be one, in words; null if it can. */
export function repositoryFault(repository: string): string | null {
  const { registry, path } = split(repository);
  if (repository === "") return "is empty";
  if (repository.includes("://")) return "must not have a URL scheme";
  if (registry !== null && !domainName.test(registry) && !domainIPv6.test(registry)) {
    return `has a registry that is not a host[:port], "${registry}"`;
  }
  if (repository.includes("@")) return "must not carry a digest";
  const last = path.slice(path.lastIndexOf("/") + 1);
  if (last.includes(":")) return "must not carry a tag; tags come from the tag rules";
  if (/[A-Z]/.test(path)) return "must be lower case";
  if (path.length > longestPath) return `is longer than ${longestPath} characters`;
  if (!path.split("/").every((part) => component.test(part))) {
    return "is not a repository: parts are a-z, 0-9 with single . _ __ or - between";
  }
  return null;
}

/** The repository that was most likely meant by what is none; null if that is none, either. */
export function meantRepository(written: string): string | null {
  const plain = written
    .trim()
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/@.*$/, "")
    .replace(/\/+$/, "")
    .replace(/:[^/:]*$/, "");
  const { registry, path } = split(plain);
  const meant = `${registry === null ? "" : `${registry}/`}${path.toLowerCase().replaceAll(/\/{2,}/g, "/")}`;
  return meant !== written && repositoryFault(meant) === null ? meant : null;
}

/** Whether `tag` is one that every registry accepts. */
export function isTag(tag: string): boolean {
  return tagPattern.test(tag);
}

/** A repository with the registry that it names, or else the config's. */
export function withRegistry(repository: string, registry: string | null): string {
  return registry === null || hasRegistry(repository) ? repository : `${registry}/${repository}`;
}
