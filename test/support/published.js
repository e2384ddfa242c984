/**
 * What a registry holds, asked over HTTP.
 *
 * @typedef {object} Reader
 * @property {(repository: string) => Promise<string[]>} tagsIn The tags of a repository, sorted; none for one that is not
 *   known.
 * @property {(repository: string, reference: string) => Promise<string | null>} digestOf The digest that a tag points to;
 *   null for none.
 * @property {(repository: string, reference: string) => Promise<Content>} imageIn An image; of an index the one in it that
 *   runs on Linux.
 * @property {() => Promise<Image[]>} images All images, sorted by repository, then by tag.
 *
 * @typedef {object} Content
 * @property {string[]} layers By what is in them, the lowest first: the same on every engine.
 * @property {string[]} blobs The layers as they are stored and sent.
 * @property {Record<string, string>} labels
 *
 * @typedef {object} Image
 * @property {string} repository
 * @property {string} digest The manifest's.
 * @property {string[]} tags
 * @property {string[]} layers As they are stored, the lowest first.
 *
 * @typedef {object} Manifest
 * @property {{ digest: string }} [config]
 * @property {{ digest: string }[]} [layers]
 * @property {{ digest: string, platform?: { os: string } }[]} [manifests] BuildKit's attestations are among them, for a
 *   platform that is not known.
 */

/** Every type that a manifest may be of, as a request accepts them. */
export const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * @param {string} host The registry's address: `localhost:5000`.
 * @returns {Reader}
 */
export function readerOf(host) {
  const ask = (/** @type {string} */ path) => fetch(`http://${host}/v2/${path}`, { headers: { accept } });
  /** @type {(path: string) => Promise<any>} */
  const json = async (path) => {
    const response = await ask(path);
    if (!response.ok) throw new Error(`the registry answers ${response.status} to ${path}: ${await response.text()}`);
    return response.json();
  };

  /** @type {Reader["tagsIn"]} */
  const tagsIn = async (repository) => {
    const response = await ask(`${repository}/tags/list`);
    if (response.status === 404) return [];
    const { tags } = /** @type {{ tags: string[] | null }} */ (await response.json());
    return (tags ?? []).toSorted();
  };

  /** @type {Reader["digestOf"]} */
  const digestOf = async (repository, reference) => {
    const response = await ask(`${repository}/manifests/${reference}`);
    await response.arrayBuffer();
    return response.ok ? response.headers.get("docker-content-digest") : null;
  };

  /** @type {Reader["imageIn"]} */
  const imageIn = async (repository, reference) => {
    /** @type {Manifest} */
    const { manifests, layers = [], config } = await json(`${repository}/manifests/${reference}`);
    const inner = manifests?.find(({ platform }) => platform?.os === "linux");
    if (inner !== undefined) return imageIn(repository, inner.digest);
    /** @type {{ config?: { Labels?: Record<string, string> }, rootfs: { diff_ids: string[] } }} */
    const image = await json(`${repository}/blobs/${config?.digest}`);
    const blobs = layers.map(({ digest }) => digest);
    return { layers: image.rootfs.diff_ids, blobs, labels: image.config?.Labels ?? {} };
  };

  /** @type {(repository: string) => Promise<Image[]>} */
  const imagesOf = async (repository) => {
    /** @type {Map<string, Image>} */
    const images = new Map();
    for (const tag of await tagsIn(repository)) {
      const digest = (await digestOf(repository, tag)) ?? "";
      const known = images.get(digest);
      if (known === undefined) {
        const { blobs } = await imageIn(repository, digest);
        images.set(digest, { repository, digest, tags: [tag], layers: blobs });
      } else known.tags.push(tag);
    }
    return [...images.values()];
  };

  const images = async () => {
    /** @type {{ repositories: string[] }} */
    const { repositories } = await json("_catalog");
    return (await Promise.all(repositories.map(imagesOf))).flat();
  };

  return { tagsIn, digestOf, imageIn, images };
}
