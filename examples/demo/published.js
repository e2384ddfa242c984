/**
 * An image in the registry.
 *
 * @typedef {object} Image
 * @property {string} repository
 * @property {string} digest The manifest's.
 * @property {string[]} tags
 * @property {string[]} layers Their digests, the lowest first.
 */

/**
 * All that a registry holds, asked over HTTP. Sorted by repository, then by tag.
 *
 * @param {string} host
 * @returns {Promise<Image[]>}
 */
export async function readImages(host) {
  /** @type {{ repositories: string[] }} */
  const { repositories } = (await get(host, "_catalog")).content;
  const lists = await Promise.all(repositories.map((repository) => readRepository(host, repository)));
  return lists.flat();
}

/** @type {(host: string, repository: string) => Promise<Image[]>} */
async function readRepository(host, repository) {
  /** @type {{ tags: string[] }} */
  const { tags } = (await get(host, `${repository}/tags/list`)).content;
  /** @type {Map<string, Image>} */
  const images = new Map();
  for (const tag of tags) {
    const { digest, content } = await get(host, `${repository}/manifests/${tag}`);
    const layers = await readLayers(host, repository, content);
    const image = images.get(digest) ?? { repository, digest, tags: [], layers };
    image.tags.push(tag);
    images.set(digest, image);
  }
  return [...images.values()];
}

/**
 * The layers of a manifest; of an index those of the image in it. What else an index may list, such as BuildKit's
 * attestations, is of no known platform.
 *
 * @param {string} host
 * @param {string} repository
 * @param {{ layers?: { digest: string }[], manifests?: { digest: string, platform?: { os: string } }[] }} manifest
 * @returns {Promise<string[]>}
 */
async function readLayers(host, repository, { layers = [], manifests }) {
  const image = manifests?.find(({ platform }) => platform?.os !== "unknown");
  if (image === undefined) return layers.map(({ digest }) => digest);
  return readLayers(host, repository, (await get(host, `${repository}/manifests/${image.digest}`)).content);
}

/** @type {(host: string, path: string) => Promise<{ digest: string, content: any }>} */
async function get(host, path) {
  const kinds = ["oci.image.index.v1", "oci.image.manifest.v1", "docker.distribution.manifest.v2"];
  const accept = kinds.map((kind) => `application/vnd.${kind}+json`).join(", ");
  const response = await fetch(`http://${host}/v2/${path}`, { headers: { accept } });
  const body = await response.text();
  if (!response.ok) throw new Error(`the registry answers ${response.status} to ${path}: ${body}`);
  return { digest: response.headers.get("docker-content-digest") ?? "", content: JSON.parse(body) };
}
