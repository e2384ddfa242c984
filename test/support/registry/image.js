import { digestOf } from "./store.js";

/**
 * What an image is, as far as a test can tell two apart.
 *
 * @typedef {object} ImageContent
 * @property {Readonly<Record<string, string>>} [labels]
 * @property {string} [architecture] What it runs on, amd64 unless it is said.
 * @property {readonly string[]} [layers] The layers' diff ids, lowest first.
 * @property {readonly string[]} [onBuild] Instructions that run in what is built on it.
 * @property {string} [created] When it was made.
 * @property {Readonly<Record<string, string>>} [cache] BuildKit's inline cache: layers by the step that made them.
 *
 * @typedef {object} Packed An image as it is stored and sent: the same bytes for the same content.
 * @property {string} config
 * @property {string} configDigest The image's id on a host with the classic image store.
 * @property {string} manifest
 * @property {string} digest The manifest's digest.
 * @property {Map<string, string>} blobs All that the manifest lists, by digest.
 */

export const manifestType = "application/vnd.oci.image.manifest.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
const layerType = "application/vnd.oci.image.layer.v1.tar";

/**
 * Makes the configuration and the manifest of an image. There is no time in them, and a layer's data is made up.
 *
 * @param {ImageContent} content
 * @returns {Packed}
 */
export function packImage({ labels = {}, architecture = "amd64", layers = [], onBuild = [], created, cache }) {
  const config = JSON.stringify({
    ...(created === undefined ? {} : { created }),
    architecture,
    os: "linux",
    config: { Labels: sorted(labels), ...(onBuild.length > 0 && { OnBuild: onBuild }) },
    rootfs: { type: "layers", diff_ids: layers },
    ...(cache === undefined ? {} : { "moby.buildkit.cache.v0": sorted(cache) }),
  });
  const data = layers.map((layer) => `the data of ${layer}`);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: described(configType, config),
    layers: data.map((layer) => described(layerType, layer)),
  });
  return {
    config,
    configDigest: digestOf(config),
    manifest,
    digest: digestOf(manifest),
    blobs: new Map([...data, config].map((blob) => [digestOf(blob), blob])),
  };
}

/**
 * What {@link packImage} has put into a configuration, or another tool: what is missing is empty.
 *
 * @param {string} config
 * @returns {{ labels: Record<string, string>, architecture: string, layers: string[], cache: Record<string, string> }}
 */
export function readConfig(config) {
  const { config: { Labels = {} } = {}, rootfs: { diff_ids: layers = [] } = {}, ...rest } = JSON.parse(config);
  return {
    labels: Labels ?? {},
    architecture: rest.architecture ?? "amd64",
    layers,
    cache: rest["moby.buildkit.cache.v0"] ?? {},
  };
}

/** @type {(mediaType: string, blob: string) => { mediaType: string, digest: string, size: number }} */
function described(mediaType, blob) {
  return { mediaType, digest: digestOf(blob), size: Buffer.byteLength(blob) };
}

/** @param {Readonly<Record<string, string>>} record */
function sorted(record) {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
