import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

/**
 * What an image holds, as a container sees it, path by path: kind, mode and owner, and a sum of the content or where a link
 * leads to. Times are left out: a cache does not look at them either. `~ config` is what a container is started with.
 */
export async function contentOf(host: string, repository: string, reference: string): Promise<Map<string, string>> {
  const ask = async (path: string) => {
    const response = await fetch(`http://${host}/v2/${repository}/${path}`, { headers: { accept } });
    if (!response.ok) throw new Error(`the registry answers ${response.status} to ${repository}/${path}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const json = async (path: string): Promise<unknown> => JSON.parse((await ask(path)).toString());
  const manifest = (await json(`manifests/${reference}`)) as Manifest;
  const { architecture, config } = (await json(`blobs/${manifest.config.digest}`)) as ImageConfig;
  const content = new Map<string, string>();
  for (const { digest } of manifest.layers) {
    for (const [path, entry] of entriesOf(gunzipSync(await ask(`blobs/${digest}`)))) content.set(path, entry);
  }
  content.set("~ config", JSON.stringify([architecture, { ...config, Labels: null }]));
  return content;
}

const accept = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface Manifest {
  config: { digest: string };
  layers: { digest: string }[];
}

interface ImageConfig {
  architecture: string;
  config?: object;
}

/** The same of a tar archive. */
export function contentOfTar(tar: Buffer): Map<string, string> {
  return new Map(entriesOf(tar));
}

/** The entries of a tar archive. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
function entriesOf(tar: Buffer): [path: string, entry: string][] {
  const entries: [string, string][] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + 512);
    const text = (from: number, length: number) => header.toString("utf8", from, from + length).replace(/\0.*/s, "");
    const size = Number.parseInt(text(124, 12), 8) || 0;
    const body = tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
    const kind = text(156, 1);
    // Of what says more about the entry after it only a long name would matter, and tests have none.
    if (kind === "x" || kind === "g") continue;
    const sum = createHash("sha256").update(body).digest("hex");
    const entry = [kind, text(100, 8), text(108, 8), text(116, 8), text(157, 100), sum].join(" ");
    entries.push([text(0, 100).replace(/^\.\/|\/$/g, ""), entry]);
  }
  return entries;
}
