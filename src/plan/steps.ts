import type { PromotedBuild } from "../core/promoted-build.ts";
import type { Uploads } from "./uploads.ts";

/** One thing that a run does. The run carries the steps out in their order; a dry run shows them. */
export type Step =
  | LoginStep
  | ResolveStep
  | ReuseStep
  | AcquireStep
  | BuildStep
  | ProveStep
  | PushStep
  | JoinStep
  | MoveStep;

/** Logs in to a registry; `username` and `password` are names of variables. */
export interface LoginStep {
  kind: "login";
  registry: string;
  username: string;
  password: string;
  /** Who needs it: docker, or only we ourselves, who need no process for that. */
  by: "docker" | "us";
}

/**
 * Asks the registries which of the targets are up under this build's tag already, which are not built again, and which
 * digests the images from outside have.
 */
export interface ResolveStep {
  kind: "resolve";
  targets: string[];
  /** Images that stages are FROM, by the names that the Dockerfile gives them. */
  images: string[];
  /** Whether their registries are asked; otherwise, and where they cannot be, the host's own images count. */
  pull: boolean;
  /** The build whose images all have to be up, where it is not this one. */
  promoted: PromotedBuild | null;
}

/** Gives this build's tag to images that earlier builds have made from the very same. */
export interface ReuseStep {
  kind: "reuse";
  targets: string[];
}

/** Brings a base to the host that an earlier step of this build has built: from the host, the registry, or by building it. */
export interface AcquireStep {
  kind: "acquire";
  target: string;
  /** The targets that stand on it: it is not needed where all of these are up. */
  neededBy: string[];
  /** What is done where it is nowhere: what it stands on is looked for in the same way, and then it is built. */
  otherwise: MakingStep[];
  /** Where the builder finds it. */
  in: Store;
}

/** Where images are that have been built: on this host, or, where the builder keeps them to itself, in their registry. */
export type Store = "host" | "registry";

/** What brings an image to the host, and a base to its registry. */
export type MakingStep = AcquireStep | BuildStep | PushStep;

/** Builds targets that do not wait for each other. */
export interface BuildStep {
  kind: "build";
  targets: string[];
  /**
   * Those of them that the builder sends to their registry as it builds them: under their build tag, or, where it keeps them
   * to itself, under no tag yet. Whatever is in neither list then has no output.
   */
  pushed: string[];
  /** Those that a builder which keeps its images to itself brings to this host. */
  loaded: string[];
  noCache: boolean;
  /** Images from outside are taken by the digests that their registries gave. */
  pull: boolean;
}

/** Proves that the images on the host are this build's, and that each stands on its base. */
export interface ProveStep {
  kind: "prove";
  targets: string[];
  /** Who should have built them. */
  builtBy: "this run" | "an earlier step";
  /** Where they are looked at. */
  in: Store;
}

/** Publishes images under their build tags, side by side: sends those of the host, names those that the registry has. */
export interface PushStep {
  kind: "push";
  targets: string[];
  from: Store;
}

/** Makes one image of the parts that several agents have published, if all are up. Otherwise nothing moves. */
export interface JoinStep {
  kind: "join";
  targets: string[];
  /** Whether a part that is not up is a failure; otherwise the agent that brings the last one joins. */
  isAsked: boolean;
}

/** Gives the images that are up their moving tags. */
export interface MoveStep {
  kind: "move";
  targets: string[];
  /** Take tags from later builds and higher versions, too. */
  force: boolean;
}

/** What a builder can do, as far as the order of the steps depends on it. */
export interface BuilderTraits {
  /** What it is called in messages. */
  name: string;
  /** It can be given an image in a stage's place. */
  binds: boolean;
  /** It can publish what it builds itself. */
  pushes: boolean;
  /** So many targets it takes in one step. */
  atOnce: number;
  /** Where the images are that it has built, and where it finds what they stand on. */
  store: Store;
  /** It can export cache to a registry. */
  exportsCache: boolean;
  /** What it builds for by itself; null where that is this machine's own. */
  platform: string | null;
}

/** What the command line asks for. */
export type Work =
  | {
      command: "build";
      builder: BuilderTraits;
      noCache: boolean;
      pull: boolean;
      reuse: boolean;
      /** Bring to this host what a builder would keep to itself. */
      load: boolean;
      /** The one platform that is made here, as other agents make the others; null for all. */
      platform: string | null;
      force: boolean;
    }
  | { command: "push"; platform: string | null; force: boolean }
  | { command: "join"; force: boolean }
  | { command: "promote"; from: PromotedBuild; force: boolean };

/** A build, and what is up at that point of it. */
export type Making = Work & { command: "build" } & { uploads: Uploads };
