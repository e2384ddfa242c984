import { basic, bearer, type Challenge, parseChallenge } from "./authorize.ts";
import type { Credentials } from "./credentials.ts";
import { refusal, RegistryError } from "./registry-error.ts";

/** A manifest as the registry has it, byte for byte. */
export interface Manifest {
  digest: string;
  mediaType: string;
  body: string;
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
      return reach(access.signal, () => readManifest(response));
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
      return reach(access.signal, () => response.json());
    },
    tags: async () => {
      const all: string[] = [];
      for (let next: string | null = `${base}/tags/list?n=1000`; next !== null;) {
        const response: Response = await send(next);
        if (response.status === 404) return all;
        await check(response, access.path);
        const page = (await reach(access.signal, () => response.json())) as { tags?: string[] | null };
        all.push(...(page.tags ?? []));
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
  // What a proxy or a login page answers with is no manifest.
  JSON.parse(body);
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
  if (!response.ok) throw await refusal(response, what);
}

/** A connection that fails, or an answer that breaks off or is none, is a RegistryError too, but not if it is us who end it. */
async function reach<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RegistryError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new RegistryError(0, `the registry cannot be reached: ${cause}`);
  }
}
