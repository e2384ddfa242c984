import type { Problem } from "../core/errors.ts";
import type { TagPolicy } from "../tags/policy.ts";

/** The config as the program uses it: every default filled in, every rule checked, nothing rendered yet. */
export interface Config {
  /** The folder that all paths are relative to: the config file's. */
  directory: string;
  targets: Target[];
  push: "auto" | boolean;
  /** Whether registries are asked which images stages are FROM now; null: in CI they are. */
  pull: boolean | null;
  /** What a promotion or rollback does: publish the images of another build, or build anew. */
  promote: "auto" | "build";
  /** The repository that build cache is kept in, with or without a registry; null: there is none. */
  cache: string | null;
  /** The builder, by name or kind; null: the one that is selected. */
  builder: string | null;
  registries: Readonly<Record<string, RegistryAccess>>;
  /** The registry of repositories that name none. */
  registry: string | null;
  /** Environment variables that templates may read. */
  env: readonly string[];
  /** What is allowed but probably not meant. */
  warnings: Problem[];
}

/** What is built, and where it is published. Strings in `repositories`, `args` and `labels` are templates. */
export interface Target {
  name: string;
  /** The stage's name, or "" for the last stage of the Dockerfile. */
  stage: string;
  /** False where the stage is only assumed from the target's name. */
  stageIsWritten: boolean;
  dockerfile: string;
  context: string;
  /** Empty for a target that is never published. */
  repositories: readonly string[];
  args: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  secrets: readonly Secret[];
  ssh: readonly string[];
  contexts: Readonly<Record<string, string>>;
  platforms: readonly string[];
  tags: TagPolicy;
  prefix: string;
  suffix: string;
  needs: readonly string[];
  push: "auto" | boolean;
  /** Whether an earlier build's image that was made from the very same is used again; null: in CI it is. */
  reuse: boolean | null;
  cacheFrom: readonly string[];
  cacheTo: readonly string[];
}

/** Whether any build may publish it. */
export function isEverPublished({ repositories, push }: Pick<Target, "repositories" | "push">): boolean {
  return repositories.length > 0 && push !== false;
}

/** A BuildKit secret, by where it comes from; its value is never read here. */
export type Secret = { id: string; env: string } | { id: string; file: string };

/** How to reach a registry; credentials by the names of the variables that hold them. */
export interface RegistryAccess {
  username?: string | undefined;
  password?: string | undefined;
  insecure?: boolean | undefined;
  /** A PEM file with certificates that are trusted, relative to the config's directory. */
  ca?: string | undefined;
}
