/** What `--builder` takes. `auto` is buildx where it is installed. */
export const builderNames = ["auto", "buildx", "docker"] as const;

/** One of {@link builderNames}. */
export type BuilderName = (typeof builderNames)[number];
