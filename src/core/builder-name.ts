/** What `--builder` takes besides the name of a buildx builder. `auto` is the one that buildx has selected, if it is installed. */
const builderKinds = ["auto", "buildx", "docker"] as const;

/** Where a builder's name may be said, the first that says one counts. */
export interface BuilderChoices {
  flag: string | undefined;
  variable: string | undefined;
  config: string | null;
}

/** A builder as somebody has asked for it: one of {@link builderKinds}, or the name of a buildx builder. */
export interface WantedBuilder {
  name: string;
  /** Where it was said, for messages. */
  path: string;
}

/** The command line goes before the runner's environment, and that before the config, which all agents share. */
export function wantedBuilder({ flag, variable, config }: BuilderChoices): WantedBuilder {
  if (flag !== undefined) return { name: flag, path: "--builder" };
  if (variable !== undefined) return { name: variable, path: "BUILDX_BUILDER" };
  return { name: config ?? "auto", path: "builder" };
}

/** Whether it is a certain buildx builder. */
export function isNamed({ name }: WantedBuilder): boolean {
  return !builderKinds.some((kind) => kind === name);
}

/** What buildx takes for a name. https://github.com/docker/buildx/blob/master/store/util.go */
export const builderName = /^[A-Za-z][A-Za-z0-9_.-]*$/;

export const builderNameFault = "is not the name of a builder: letters, digits, _ . and -, a letter first";
