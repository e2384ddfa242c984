import type { HttpResponse } from "../host/host.ts";
import { connect, type Connection, type Place } from "./connection.ts";
import { configOf, type ImageConfig, noImage, readConfig } from "./image-config.ts";
import { contentsOf, sha256 } from "./manifest-contents.ts";
import { parseObject } from "./json.ts";
import { type Answer, Refusal, senseless } from "./refusal.ts";
import { listTags } from "./tags.ts";

/** A manifest as the registry has it, byte for byte. */
export interface Manifest {
  digest: string;
  mediaType: string;
  body: string;
}

/**
 * One repository of one registry, over the distribution protocol. Reading asks again while the registry is only busy or
 * unwell, each request by itself.
 */
export interface RepositoryClient {
  readonly registry: string;
  readonly path: string;
  /** The digest that a tag has now; null where there is none. */
  digest(reference: string): Promise<Answer<string | null>>;
  /** The manifest of a tag or digest; null where there is none. */
  manifest(reference: string): Promise<Answer<Manifest | null>>;
  /** What an image's configuration says; of an index that of its first image. Empty where it is no image. */
  image(manifest: Manifest): Promise<Answer<ImageConfig>>;
  /**
   * Makes what a manifest lists available here as well, so that it can be written: from another repository of the same
   * registry, without sending it. False where that cannot be done so.
   */
  bring(manifest: Manifest, from: RepositoryClient): Promise<Answer<boolean>>;
  /** Writes a manifest under a tag, unchanged and only once: what was true before a wait need not be true after it. */
  put(tag: string, manifest: Manifest): Promise<Answer<{ digest: string }>>;
  /** Removes a manifest with all of its tags; one that is gone already is no matter. */
  remove(digest: string): Promise<Answer<"removed">>;
  /** All tags. */
  tags(): Promise<Answer<string[]>>;
  /** Whether the last question for them was refused. */
  readonly unlisted: boolean;
  /** Whether a blob is in this very repository. */
  hasBlob(digest: string): Promise<Answer<boolean>>;
  /** Takes a blob from another repository of the registry, so that nobody has to send it; false where the registry does not. */
  mount(digest: string, from: string): Promise<Answer<boolean>>;
}

const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export function repositoryClient(place: Place): RepositoryClient {
  const connection = connect(place);
  const nameOf = (reference: string) => `${place.path}${reference.includes(":") ? "@" : ":"}${reference}`;
  const pathOf = (reference: string) => `/v2/${place.path}/manifests/${reference}`;
  const images = new Map<string, Promise<Answer<ImageConfig>>>();

  let listed: Answer<string[]> = [];
  /** A list that is refused is not asked for again: that takes several questions. */
  const tags = async (): Promise<Answer<string[]>> => {
    const isFinal = listed instanceof Refusal && !listed.passing && listed.status > 0;
    return (listed = isFinal ? listed : await listTags(connection, place.path));
  };

  /** Artifactory and others say no to what is not there; who may list the tags knows better. */
  const isMissing = async (reference: string, { status }: Refusal): Promise<boolean> => {
    if (status === 404) return true;
    if ((status !== 401 && status !== 403) || reference.includes(":")) return false;
    const all = await tags();
    return !(all instanceof Refusal) && !all.includes(reference);
  };

  const manifest = async (reference: string): Promise<Answer<Manifest | null>> => {
    const what = nameOf(reference);
    const question = { what, method: "GET", path: pathOf(reference), headers: { accept } } as const;
    const response = await connection.read(question);
    if (response instanceof Refusal) return (await isMissing(reference, response)) ? null : response;
    const found = readManifest(response);
    if (found === null) return senseless({ what, writes: false }, "it is not a manifest");
    if (differs(reference, response.body)) return senseless({ what, writes: false }, "it is another manifest");
    return found;
  };

  const digest = async (reference: string): Promise<Answer<string | null>> => {
    const question = { what: nameOf(reference), method: "HEAD", path: pathOf(reference), headers: { accept } } as const;
    const response = await connection.read(question);
    if (response instanceof Refusal) {
      if (await isMissing(reference, response)) return null;
      // Some take no HEAD, or let us do no more than a GET.
      if (response.passing || response.status < 400 || response.status === 401) return response;
    } else {
      const told = toldDigest(response);
      if (told !== null) return told;
    }
    const found = await manifest(reference);
    return found === null || found instanceof Refusal ? found : found.digest;
  };

  const blob = async (name: string): Promise<Answer<ImageConfig>> => {
    const what = nameOf(name);
    const response = await connection.read({ what, method: "GET", path: `/v2/${place.path}/blobs/${name}` });
    if (response instanceof Refusal) return response;
    if (differs(name, response.body)) return senseless({ what, writes: false }, "it is another blob");
    const value = parseObject(response.body);
    return value === null ? { ...noImage, digest: name } : readConfig(name, value);
  };

  const readImage = async ({ body }: Manifest): Promise<Answer<ImageConfig>> => {
    const config = configOf(parseObject(body) ?? {});
    if (config === null) return noImage;
    if ("blob" in config) return blob(config.blob);
    const inner = await manifest(config.manifest);
    if (inner instanceof Refusal) return inner;
    if (inner !== null) return image(inner);
    const message = `${nameOf(config.manifest)} is not in the registry, though an index lists it`;
    return new Refusal({ status: 404, code: "missing-image", message });
  };

  const image = (of: Manifest): Promise<Answer<ImageConfig>> => {
    const known = images.get(of.digest);
    if (known !== undefined) return known;
    const asked = readImage(of).then((answer) => {
      // What was refused may be had the next time.
      if (answer instanceof Refusal) images.delete(of.digest);
      return answer;
    });
    images.set(of.digest, asked);
    return asked;
  };

  const put = async (
    reference: string,
    { mediaType, body, digest: ours }: Manifest,
    send: Connection["write"],
  ): Promise<Answer<{ digest: string }>> => {
    const headers = { "content-type": mediaType };
    const what = nameOf(reference);
    const response = await send({ what, method: "PUT", path: pathOf(reference), headers, body });
    if (response instanceof Refusal) return response;
    // Where a login page stands before the registry, nothing was written.
    if (/^\s*</.test(response.body)) return senseless({ what, writes: true }, "it is a web page");
    return { digest: toldDigest(response) ?? ours };
  };

  const brought = new Set<string>();
  const bring: RepositoryClient["bring"] = async (of, from) => {
    if (brought.has(of.digest)) return true;
    const there = await digest(of.digest);
    if (there instanceof Refusal) return there;
    const isThere = there !== null || (from.registry === place.registry && (await bringParts(of, from)));
    if (isThere === true) brought.add(of.digest);
    return isThere;
  };

  const bringParts: RepositoryClient["bring"] = async (of, from) => {
    const { blobs, manifests } = contentsOf(of);
    for (const part of manifests) {
      const inner = await from.manifest(part);
      if (inner instanceof Refusal) return inner;
      // An index may list more than is there.
      if (inner === null) return false;
      const isThere = await bring(inner, from);
      if (isThere !== true) return isThere;
      const written = await put(part, inner, connection.ensure);
      if (written instanceof Refusal) return written;
    }
    for (const part of blobs) {
      const isThere = await mount(connection, place.path, from.path, part);
      if (isThere !== true) return isThere;
    }
    return true;
  };

  return {
    registry: place.registry,
    path: place.path,
    digest,
    manifest,
    image,
    bring,
    put: (tag, of) => put(tag, of, connection.write),
    remove: async (name) => {
      const question = { what: nameOf(name), method: "DELETE", path: pathOf(name) } as const;
      const response = await connection.remove(question);
      return response instanceof Refusal && response.status !== 404 ? response : "removed";
    },
    tags,
    get unlisted() {
      return listed instanceof Refusal;
    },
    hasBlob: async (name) => {
      const response = await connection.read({
        what: nameOf(name),
        method: "HEAD",
        path: `/v2/${place.path}/blobs/${name}`,
      });
      if (response instanceof Refusal) return response.status === 404 ? false : response;
      return true;
    },
    mount: (name, from) => mount(connection, place.path, from, name),
  };
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository
 *
 * @returns false where the registry wants to be sent the blob instead
 */
async function mount(connection: Connection, path: string, from: string, blob: string): Promise<Answer<boolean>> {
  const query = new URLSearchParams({ mount: blob, from }).toString();
  const what = `${path}@${blob}`;
  const response = await connection.ensure({
    what,
    method: "POST",
    path: `/v2/${path}/blobs/uploads/?${query}`,
    from,
  });
  if (!(response instanceof Refusal)) return response.status === 201;
  return [400, 404, 405].includes(response.status) ? false : response;
}

function readManifest(response: HttpResponse): Manifest | null {
  const value = parseObject(response.body);
  if (value === null) return null;
  // Registries and proxies add parameters to the header, which strict ones do not take back.
  const sent = (response.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  const mediaType = typeof value["mediaType"] === "string" ? value["mediaType"] : sent;
  return { digest: toldDigest(response) ?? sha256(response.body), mediaType, body: response.body };
}

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests */
function toldDigest({ headers }: HttpResponse): string | null {
  const told = headers["docker-content-digest"] ?? "";
  return /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$/.test(told) ? told : null;
}

/** Whether a text is not what its digest promises. */
function differs(reference: string, text: string): boolean {
  return reference.startsWith("sha256:") && sha256(text) !== reference;
}
