import { formatReference, type Reference, type Repository } from "../core/reference.ts";
import type { Text } from "../core/text.ts";
import { docker, type Invocation } from "./invocation.ts";

/** What `docker image inspect` says that matters here. */
export interface InspectedImage {
  Id: string;
  RepoTags?: string[] | null;
  /** `repository@digest`, for every registry that it was pushed to or pulled from. */
  RepoDigests?: string[] | null;
  Metadata?: { LastTagTime?: string };
  RootFS?: { Layers?: string[] | null };
  Config?: { Labels?: Record<string, string> | null; OnBuild?: string[] | null };
}

/** Looks at images by their names on the host. */
export function inspectImages(images: readonly Reference[]): Invocation {
  return docker("image", "inspect", ...images.map(formatReference));
}

/** Reads the output of `docker image inspect`; nothing where that is not JSON. */
export function parseInspected(text: string): InspectedImage[] {
  try {
    return JSON.parse(text) as InspectedImage[];
  } catch {
    return [];
  }
}

/** The one of `images` that has this name. */
export function findImage(images: readonly InspectedImage[], name: Reference): InspectedImage | null {
  // Docker Hub's own prefix is not part of the names that docker lists.
  const written = formatReference(name);
  const plain = withoutHub(written);
  return images.find(({ RepoTags }) => RepoTags?.some((tag) => tag === written || tag === plain)) ?? null;
}

/** What docker calls a repository: it leaves Docker Hub's own name out. */
export function dockerNames({ name }: Repository): string[] {
  return [...new Set([name, withoutHub(name)])];
}

function withoutHub(name: string): string {
  return name.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, "");
}

/** Gives an image that is in a registry more names, without any layer coming here. */
export function nameManifest(from: Text, names: readonly Reference[]): Invocation {
  const tags = names.map((name) => `--tag=${formatReference(name)}`);
  // Without the flag a single image would be wrapped into an index of another digest.
  const command = docker("buildx", "imagetools", "create", "--prefer-index=false", ...tags, from);
  const [first] = names;
  return first === undefined ? command : { ...command, registry: first.repository.registry };
}

/** Joins images of one platform each to one. */
export function joinManifests(parts: readonly string[], name: Reference): Invocation {
  return docker("buildx", "imagetools", "create", `--tag=${formatReference(name)}`, ...parts);
}

/** The digest of an image in a repository, as far as the host knows it. */
export function repositoryDigest(image: InspectedImage, repository: Repository): string | null {
  const known = image.RepoDigests?.find((name) => dockerNames(repository).some((one) => name.startsWith(`${one}@`)));
  return known === undefined ? null : known.slice(known.indexOf("@") + 1);
}

/** An image's id is its configuration's digest, or its manifest's where containerd keeps the images. */
export function isSame(
  image: InspectedImage,
  known: string | null,
  { digest, id }: { digest: string; id: string | null },
): boolean {
  return known === digest || image.Id === digest || image.Id === id;
}

/** Prints `repository@digest` for every repository that the image is known to be in, one a line. */
export function listDigests(image: Reference): Invocation {
  return docker("image", "inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", formatReference(image));
}

export function pullImage(image: Reference): Invocation {
  return { ...docker("pull", formatReference(image)), registry: image.repository.registry };
}

/** Gives other repositories an image that one has under a digest, by way of this host. */
export function copyByHost({ name, registry }: Repository, digest: string, to: readonly Reference[]): Invocation[] {
  const from = `${name}@${digest}`;
  return [
    { ...docker("pull", from), registry },
    ...to.flatMap((reference) => [docker("tag", from, formatReference(reference)), pushImage(reference)]),
  ];
}

/** The digest that `docker pull` or `docker push` prints; null where it prints none. */
export function printedDigest(stdout: string): string | null {
  return /^(?:Digest|.*: digest): (sha256:[0-9a-f]{64})/m.exec(stdout)?.[1] ?? null;
}

export function tagImage(image: Reference, name: Reference): Invocation {
  return docker("tag", formatReference(image), formatReference(name));
}

export function pushImage(image: Reference): Invocation {
  return { ...docker("push", formatReference(image)), registry: image.repository.registry };
}
