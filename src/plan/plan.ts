import type { Affixes } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import type { Secret } from "../config/config.ts";

/**
 * Everything that a run will do, as plain JSON: what `plan --json` prints, what `--dry-run` shows and what `build`
 * executes. It holds names of secrets, never a secret.
 */
export interface Plan {
  version: 1;
  event: PlannedEvent;
  /** The identity of this build, before a target's prefix and suffix. */
  buildTag: string;
  /** Whether anything is published, and why or why not. */
  push: boolean;
  pushReason: string;
  /** In build order: what a target needs comes before it. */
  targets: PlannedTarget[];
  shared: SharedStage[];
  commands: PlannedCommand[];
  warnings: Warning[];
}

export type PlannedEvent = Pick<
  BuildEvent,
  "provider" | "kind" | "ref" | "branch" | "tag" | "pullRequest" | "sha" | "buildNumber" | "defaultBranch" | "deployTo"
>;

/** One target with everything rendered. */
export interface PlannedTarget {
  name: string;
  /** The stage's name or index as the builder takes it; "" for the Dockerfile's last stage. */
  stage: string;
  dockerfile: string;
  context: string;
  repositories: string[];
  /** The moving tags, without the repository. */
  tags: string[];
  /** What stands in front of and behind each of its tags. */
  affixes: Affixes;
  /** The image's version: its foremost tag; null where no rule gave one. */
  version: string | null;
  /** The reference that the image has on the host: the build tag in the first repository, or a local name. */
  image: string;
  /** Build-tag references, one per repository. */
  immutable: string[];
  /** Moving references that are written once everything is up. */
  moving: string[];
  /** Targets that are built first. */
  needs: string[];
  /** The target whose image this one stands on: its layers are the first of this image's. Null where it is none of ours. */
  base: string | null;
  /** Stages of the Dockerfile that are replaced by another target's very image. */
  bind: Binding[];
  args: Record<string, string>;
  labels: Record<string, string>;
  /** Whether this target is published. */
  push: boolean;
  /** Not asked for, but needed: looked for under its build tag, and built only if it is nowhere. */
  implied: boolean;
  secrets: Secret[];
  ssh: string[];
  contexts: Record<string, string>;
  platforms: string[];
  cacheFrom: string[];
  /** Others stand on it: its image carries the cache of its steps. */
  inlineCache: boolean;
}

/** The named context `stage` of a target is the image of `target`. */
export interface Binding {
  stage: string;
  target: string;
}

/** A stage that several of the planned targets are made from. */
export interface SharedStage {
  stage: string;
  dockerfile: string;
  targets: string[];
  /** The target whose stage it is; null where none is. */
  publishedBy: string | null;
}

/** What a command is for. A `move` is carried out by asking the registry directly; its argv does the same by hand. */
export type CommandKind = "login" | "inspect" | "pull" | "build" | "push" | "move";

/** One docker process. `$NAME` in argv and stdin stands for a variable that is filled in when it runs. */
export interface PlannedCommand {
  kind: CommandKind;
  /** The target it is for; null for all. */
  target: string | null;
  argv: string[];
  stdin: string | null;
  /** Environment variables beyond docker's own that the process is given, by name. */
  env: string[];
  /** Run only if the command before has failed. */
  otherwise: boolean;
}

/** Something that is allowed but unlikely to be meant. */
export interface Warning {
  code: string;
  message: string;
}
