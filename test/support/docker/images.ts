import { type ImageContent, packImage } from "../registry/image.js";
import { parseName } from "./names.ts";

/** The engines that are known: the classic image store, containerd's, and 20.10, which has no buildx. */
export type Engine = "modern" | "containerd" | "legacy";

/** An image on a host. */
export interface HostImage {
  /** The configuration's digest; with the containerd image store the manifest's. */
  id: string;
  /** Its names as docker prints them; none for one that has lost its last to another image. */
  names: string[];
  /** `repository@digest` for where it was pushed to or pulled from. */
  digests: string[];
  labels: Readonly<Record<string, string>>;
  layers: readonly string[];
  /** When it was last given a name on this host, in milliseconds since 1970; null for one that was only pulled. */
  taggedAt: number | null;
}

/** What a host keeps: its images, and the containers that use some of them. */
export interface ImageStore {
  all(): readonly HostImage[];
  /** By name, id or `repository@digest`. */
  find(reference: string): HostImage | undefined;
  /** Everything about an image that was kept under `id`. */
  content(image: HostImage): ImageContent;
  /** Keeps an image under a name, which it takes from any other. `pulled` is where it came from. */
  keep(content: ImageContent, name: string | null, pulled?: boolean): HostImage;
  /** Notes that a registry has it. */
  published(image: HostImage, name: string): void;
  /** Takes a name away, and with the last one the image; returns what docker prints. */
  remove(image: HostImage, name: string): string[];
  /** The image's id by the container's. */
  containers: Map<string, string>;
}

/** An empty store. */
export function createImageStore(engine: Engine, now: () => number): ImageStore {
  const images = new Map<string, { image: HostImage; content: ImageContent }>();
  const list = () => [...images.values()].map(({ image }) => image);

  function find(reference: string): HostImage | undefined {
    if (/^sha256:[0-9a-f]{64}$/.test(reference)) return images.get(reference)?.image;
    const { short } = parseName(reference);
    return list().find(({ names, digests }) => names.includes(short) || digests.includes(short));
  }

  function published(image: HostImage, name: string): void {
    const digest = `${parseName(name).familiar}@${packImage(images.get(image.id)!.content).digest}`;
    image.digests = [...new Set([...image.digests, digest])].toSorted();
  }

  function keep(content: ImageContent, name: string | null, pulled = false): HostImage {
    const packed = packImage(content);
    const id = engine === "containerd" ? packed.digest : packed.configDigest;
    const { labels = {}, layers = [] } = content;
    const fresh = { image: { id, names: [], digests: [], labels, layers, taggedAt: null }, content };
    const { image } = images.get(id) ?? fresh;
    images.set(id, { image, content });
    if (name === null) return image;
    const { short } = parseName(name);
    for (const other of list()) other.names = other.names.filter((one) => one !== short);
    if (!short.includes("@")) image.names = [...image.names, short].toSorted();
    if (!pulled || engine === "containerd") image.taggedAt = now();
    // The containerd image store shows every repository that an image has a name in.
    if (pulled || engine === "containerd") published(image, name);
    return image;
  }

  function remove(image: HostImage, name: string): string[] {
    const { short, familiar } = parseName(name);
    image.names = image.names.filter((one) => one !== short);
    const lines = [`Untagged: ${short}`];
    if (!image.names.some((one) => parseName(one).familiar === familiar)) {
      const gone = image.digests.filter((digest) => digest.startsWith(`${familiar}@`));
      image.digests = image.digests.filter((digest) => !gone.includes(digest));
      if (engine !== "containerd") lines.push(...gone.map((digest) => `Untagged: ${digest}`));
    }
    if (image.names.length > 0) return lines;
    images.delete(image.id);
    return [...lines, `Deleted: ${image.id}`];
  }

  return {
    all: list,
    find,
    content: (image) => images.get(image.id)!.content,
    keep,
    published,
    remove,
    containers: new Map(),
  };
}

/** An image as `docker image inspect` shows it: the parts that are the same for every image are left out. */
export function inspected(image: HostImage, engine: Engine): object {
  // What Go prints for no time at all.
  const time = image.taggedAt === null ? "0001-01-01T00:00:00Z" : new Date(image.taggedAt).toISOString();
  return {
    Id: image.id,
    RepoTags: image.names,
    RepoDigests: image.digests,
    Parent: "",
    Comment: "buildkit.dockerfile.v0",
    Architecture: "amd64",
    Os: "linux",
    RootFS: { Type: "layers", ...(image.layers.length === 0 ? {} : { Layers: image.layers }) },
    Metadata: { LastTagTime: time },
    ...(engine === "containerd" ? { Descriptor: { digest: image.id } } : {}),
    Config: { Labels: sortedLabels(image.labels) },
  };
}

/** Go prints a map in the order of its keys, and one without entries as null. */
function sortedLabels(labels: HostImage["labels"]): object | null {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? null : Object.fromEntries(sorted);
}
