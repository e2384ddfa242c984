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

/** `[domain[:port]/]path`, taken apart. */
export interface Repository {
  /** The registry, `my-registry.com` or `localhost:5000`; null means Docker Hub. */
  registry: string | null;
  path: string;
}

/** Splits a repository at its registry, by Docker's rule: the first part is one if it looks like a host. */
export function parseRepository(repository: string): Repository {
  const slash = repository.indexOf("/");
  const first = repository.slice(0, slash);
  if (slash > 0 && (first === "localhost" || /[.:A-Z[]/.test(first))) {
    return { registry: first, path: repository.slice(slash + 1) };
  }
  return { registry: null, path: repository };
}

/** Why `repository` cannot be one, in words; null if it can. */
export function repositoryFault(repository: string): string | null {
  const { registry, path } = parseRepository(repository);
  if (repository === "") return "is empty";
  if (repository.includes("://")) return "must not have a URL scheme";
  if (registry !== null && !domainName.test(registry) && !domainIPv6.test(registry)) {
    return `has a registry that is no host[:port], "${registry}"`;
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

/** Whether `tag` is one that every registry accepts. */
export function isTag(tag: string): boolean {
  return tagPattern.test(tag);
}
