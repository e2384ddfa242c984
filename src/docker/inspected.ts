/** What `docker image inspect` says that matters here. */
export interface InspectedImage {
  Id: string;
  RepoTags?: string[] | null;
  /** `repository@digest`, for every registry that it was pushed to or pulled from. */
  RepoDigests?: string[] | null;
  Metadata?: { LastTagTime?: string };
  RootFS?: { Layers?: string[] | null };
  Config?: { Labels?: Record<string, string> | null };
}

/** Reads the output of `docker image inspect`; nothing of one that is no JSON. */
export function parseInspected(text: string): InspectedImage[] {
  try {
    return JSON.parse(text) as InspectedImage[];
  } catch {
    return [];
  }
}

/** The registry's digest of an image, as far as the host knows it. */
export function repositoryDigest(image: InspectedImage, repository: string): string | null {
  const known = image.RepoDigests?.find((reference) => reference.startsWith(`${repository}@`));
  return known === undefined ? null : known.slice(repository.length + 1);
}
