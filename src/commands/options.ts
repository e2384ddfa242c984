/** What every command takes. */
interface CommonOptions {
  /** The config file, instead of searching for one. */
  config?: string;
  cwd?: string;
  json?: boolean;
  envFile?: string;
  ciEnv?: string;
}

/** What commands take that work out tags. */
export interface EventOptions extends CommonOptions {
  /** A build to pretend. */
  as?: string;
  /** False with --no-promote. */
  promote?: boolean;
}

/** What commands take that plan. */
interface PlanningOptions extends EventOptions {
  /** One more tag for every target. */
  tag?: string[];
  push?: boolean;
  builder?: string;
  platform?: string;
  color?: boolean;
}

export interface PlanOptions extends PlanningOptions {
  /** Ask the registries what would become of each target. */
  explain?: boolean;
}

/** What commands take that publish. */
export interface PushOptions extends Omit<PlanningOptions, "builder"> {
  force?: boolean;
  dryRun?: boolean;
  metadataFile?: string;
  tagsFile?: string;
  /** The one platform that is made here, as other agents make the others. */
  platform?: string;
  quiet?: boolean;
  verbose?: boolean;
}

export interface PromoteOptions extends PushOptions {
  /** A build, by its tag or its number. */
  from?: string;
}

export interface BuildOptions extends PushOptions {
  builder?: string;
  /** Bring images to this host that a builder would keep to itself. */
  load?: boolean;
  /** False with --no-cache. */
  cache?: boolean;
  pull?: boolean;
  /** False with --no-reuse. */
  reuse?: boolean;
}

export interface TagsOptions extends EventOptions {
  tag?: string[];
  explain?: boolean;
  tagsFile?: string;
}

export interface RefOptions extends EventOptions {
  /** The platform whose part is meant. */
  platform?: string;
}

export type OutdatedOptions = Omit<EventOptions, "promote">;

export interface CleanOptions extends CommonOptions {
  registry?: boolean;
  keep?: string;
  older?: string;
  dryRun?: boolean;
  color?: boolean;
}

/** A command and what was said to it. */
export type CommandLine =
  /** By default where no command is named: what is no target may have been meant to be a command. */
  | { command: "build"; isDefault: boolean; targets: string[]; options: BuildOptions }
  | { command: "push"; targets: string[]; options: PushOptions }
  | { command: "promote"; targets: string[]; options: PromoteOptions }
  | { command: "join"; targets: string[]; options: PushOptions }
  | { command: "plan"; targets: string[]; options: PlanOptions }
  | { command: "tags"; targets: string[]; options: TagsOptions }
  | { command: "ref"; targets: [string]; options: RefOptions }
  | { command: "outdated"; targets: string[]; options: OutdatedOptions }
  | { command: "clean"; targets: []; options: CleanOptions };
