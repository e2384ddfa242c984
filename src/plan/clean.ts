/** One of our images on the host, as its labels tell. */
export interface OwnImage {
  id: string;
  /** The names that its build gave it; others may have given it more. */
  tags: string[];
  buildTag: string;
  /** CI's build number; null for one that was built outside CI. */
  buildNumber: number | null;
  /** When it was given its name here, milliseconds since 1970. */
  taggedAt: number;
  inUse: boolean;
}

/** What to keep. Without a limit of one kind that kind does not matter; what breaks all given limits goes. */
export interface KeepPolicy {
  /** So many of the newest builds. */
  builds: number | null;
  /** What is younger than this, in milliseconds. */
  age: number | null;
  /** The build that is running. */
  current: Pick<OwnImage, "buildNumber" | "buildTag">;
  now: number;
}

/** An image and, if it stays, why. */
export interface Sorted {
  image: OwnImage;
  kept: string | null;
}

/** Decides which images go. One that a container uses or that is of the running build always stays. */
export function sortImages(images: readonly OwnImage[], policy: KeepPolicy): Sorted[] {
  const newest = newestBuilds(images, policy.builds);
  return images.map((image) => ({ image, kept: whyKept(image, policy, newest) }));
}

function newestBuilds(images: readonly OwnImage[], count: number | null): ReadonlySet<string> {
  const latest = new Map<string, OwnImage>();
  for (const image of images) {
    const build = buildOf(image);
    if ((latest.get(build)?.taggedAt ?? -1) < image.taggedAt) latest.set(build, image);
  }
  const order = [...latest].toSorted(
    ([, a], [, b]) => (b.buildNumber ?? 0) - (a.buildNumber ?? 0) || b.taggedAt - a.taggedAt,
  );
  return new Set(order.slice(0, count ?? 0).map(([build]) => build));
}

/** Targets of one build differ in their prefix and suffix, not in its number. */
function buildOf({ buildNumber, buildTag }: Pick<OwnImage, "buildNumber" | "buildTag">): string {
  return buildNumber === null ? buildTag : String(buildNumber);
}

function whyKept(image: OwnImage, policy: KeepPolicy, newest: ReadonlySet<string>): string | null {
  if (image.inUse) return "a container uses it";
  if (buildOf(image) === buildOf(policy.current)) return "it is of this build";
  if (policy.builds !== null && newest.has(buildOf(image))) return `it is of the ${policy.builds} newest builds`;
  if (policy.age !== null && policy.now - image.taggedAt < policy.age) return "it is young enough";
  return null;
}
