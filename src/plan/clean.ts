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
  const builds = new Map<Build, number>();
  for (const image of images) builds.set(buildOf(image), Math.max(builds.get(buildOf(image)) ?? 0, image.taggedAt));
  const newest = newestBuilds(builds, policy.builds);
  return images.map((image) => {
    const kept = image.inUse ? "a container uses it" : keptBuild(buildOf(image), image.taggedAt, policy, newest);
    return { image, kept };
  });
}

/** A build by CI's number; by its build tag where it was built outside CI. */
type Build = number | string;

/** The newest of some builds, which come with when they were last at work. */
export function newestBuilds(builds: ReadonlyMap<Build, number>, count: number | null): ReadonlySet<Build> {
  const numberOf = (build: Build) => (typeof build === "number" ? build : 0);
  const order = [...builds].toSorted(([a, at], [b, bt]) => numberOf(b) - numberOf(a) || bt - at);
  return new Set(order.slice(0, count ?? 0).map(([build]) => build));
}

/** Targets of one build differ in their prefix and suffix, not in its number. */
function buildOf({ buildNumber, buildTag }: Pick<OwnImage, "buildNumber" | "buildTag">): Build {
  return buildNumber ?? buildTag;
}

/** Why what a build has made stays, whatever it is: null if it does not for that. */
export function keptBuild(build: Build, at: number, policy: KeepPolicy, newest: ReadonlySet<Build>): string | null {
  if (build === buildOf(policy.current)) return "it is of this build";
  if (policy.builds !== null && newest.has(build)) return `it is of the ${policy.builds} newest builds`;
  if (policy.age !== null && policy.now - at < policy.age) return "it is young enough";
  return null;
}
