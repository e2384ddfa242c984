import { basic, bearer, type Challenge, parseChallenge } from "./authorize.ts";
import type { Credentials } from "./credentials.ts";

/** A manifest as the registry has it, byte for byte. */
export interface Manifest {
  digest: string;
  mediaType: string;
  body: string;
}

/** What a registry said no with. `status` is 0 where it could not be reached. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  constructor(
    readonly status: number,
    message: string,
    /** What it asked us to wait, in milliseconds. */
    readonly retryAfter: number = 0,
  ) {
    super(message);
  }
}

/** One repository of one registry, over the distribution protocol. */
export interface RepositoryClient {
  /** The manifest of a tag or digest; null where there is none. */
  manifest(reference: string): Promise<Manifest | null>;
  /** Writes a manifest under a tag, unchanged; returns the digest that the registry has given it. */
  put(tag: string, manifest: Manifest): Promise<string>;
  /** A small JSON blob, such as an image's configuration. */
  json(digest: string): Promise<unknown>;
  /** All tags. */
  tags(): Promise<string[]>;
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** How to reach a repository. */
export interface Access {
  fetch: typeof globalThis.fetch;
  /** `https://my-registry.com`, without a slash at the end. */
  origin: string;
  /** The repository's path. */
  path: string;
  credentials: Credentials | null;
  signal: AbortSignal;
}

const longestWait = 30_000;

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export function repositoryClient(access: Access): RepositoryClient {
  let authorization: string | null = null;
  const base = `${access.origin}/v2/${access.path}`;
  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const once = () =>
      access.fetch(url, {
        ...init,
        headers: { ...init.headers, ...(authorization === null ? {} : { authorization }) },
        signal: AbortSignal.any([access.signal, AbortSignal.timeout(longestWait)]),
      });
    const response = await reach(access.signal, once);
    const challenge = response.status === 401 ? parseChallenge(response.headers.get("www-authenticate")) : null;
    if (challenge === null) return response;
    authorization = await reach(access.signal, () => authorize(access, challenge));
    return authorization === null ? response : reach(access.signal, once);
  };
  return {
    manifest: async (reference) => {
      const response = await send(`${base}/manifests/${reference}`, { headers: { accept: manifestTypes } });
      if (response.status === 404) return null;
      await check(response, `${access.path}:${reference}`);
      return readManifest(response);
    },
    put: async (tag, { mediaType, body }) => {
      const headers = { "content-type": mediaType };
      const response = await send(`${base}/manifests/${tag}`, { method: "PUT", headers, body });
      await check(response, `${access.path}:${tag}`);
      return response.headers.get("docker-content-digest") ?? "";
    },
    json: async (digest) => {
      const response = await send(`${base}/blobs/${digest}`);
      await check(response, `${access.path}@${digest}`);
      return response.json();
    },
    tags: async () => {
      const all: string[] = [];
      for (let next: string | null = `${base}/tags/list?n=1000`; next !== null;) {
        const response: Response = await send(next);
        if (response.status === 404) return all;
        await check(response, access.path);
        all.push(...(((await response.json()) as { tags?: string[] | null }).tags ?? []));
        next = nextPage(response, next);
      }
      return all;
    },
  };
}

async function authorize({ fetch, path, credentials }: Access, challenge: Challenge): Promise<string | null> {
  if (challenge.scheme === "basic") return credentials === null ? null : basic(credentials);
  return bearer(fetch, challenge, credentials, `repository:${path}:pull,push`);
}

async function readManifest(response: Response): Promise<Manifest> {
  const body = await response.text();
  const digest = response.headers.get("docker-content-digest") ?? (await sha256(body));
  return { digest, mediaType: response.headers.get("content-type") ?? "", body };
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256:${Buffer.from(hash).toString("hex")}`;
}

/** `Link: </v2/…?last=x>; rel="next"` */
function nextPage(response: Response, from: string): string | null {
  const link = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
  return link === undefined ? null : new URL(link, from).href;
}

async function check(response: Response, what: string): Promise<void> {
  if (response.ok) return;
  const text = (await response.text().catch(() => "")).slice(0, 300).trim();
  const retryAfter = Number(response.headers.get("retry-after") ?? "0") * 1000;
  const message = `${what}: the registry answered ${response.status}${text === "" ? "" : `: ${text}`}`;
  throw new RegistryError(response.status, message, Number.isFinite(retryAfter) ? retryAfter : 0);
}

/** A connection that fails is a RegistryError too, but not if it is us who end it. */
async function reach<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new RegistryError(0, `the registry cannot be reached: ${cause}`);
  }
}
