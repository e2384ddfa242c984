/** The commands, in the order of the help. */
export const commandNames = [
  "build",
  "push",
  "promote",
  "join",
  "plan",
  "tags",
  "ref",
  "outdated",
  "clean",
  "help",
  "version",
] as const;

/** One of {@link commandNames}. */
export type CommandName = (typeof commandNames)[number];
