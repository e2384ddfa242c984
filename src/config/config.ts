import type { Problem } from "../core/errors.ts";
import type { Affixes } from "../core/build-tag.ts";
import type { TagPolicy } from "../tags/policy.ts";

/** The config as the program uses it: every default filled in, every rule checked. */
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
  /** What is refused unless it is here. */
  allow: readonly string[];
  /** What is allowed but probably not meant. */
  warnings: Problem[];
}

/**
 * What is built, and where it is published. Strings in `repositories`, `args` and `labels` are templates; those in affixes,
 * platforms and paths are filled in as soon as the build is known.
 */
export interface Target {
  name: string;
  /** The stage's name, or "" for the last stage of the Dockerfile. */
  stage: string;
  /** False where the stage is only assumed from the target's name. */
  stageIsWritten: boolean;
  dockerfile: string;
  context: string;
  /** Where it is published under its moving tags; empty where it has none. */
  repositories: readonly string[];
  /** Where its build tag goes instead of there; null where it goes there. */
  builds: string | null;
  args: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  secrets: readonly Secret[];
  ssh: readonly string[];
  contexts: Readonly<Record<string, string>>;
  platforms: readonly string[];
  /** Whether they depend on where the run is, so that another agent would have others. */
  platformsVary: boolean;
  /** All platforms of its image, of which this run builds those above or none; empty where one run builds all. */
  parts: readonly string[];
  tags: TagPolicy;
  prefix: string;
  suffix: string;
  /** What stands around its build tag alone, outside of prefix and suffix. */
  buildTag: Affixes;
  attest: Attestations;
  annotations: Readonly<Record<string, string>>;
  network: Network;
  /** Addresses by the names that RUN instructions know them by. */
  extraHosts: Readonly<Record<string, string>>;
  needs: readonly string[];
  push: "auto" | boolean;
  /** Whether an earlier build's image that was made from the very same is used again; null: in CI it is. */
  reuse: boolean | null;
  cacheFrom: readonly string[];
  cacheTo: readonly string[];
}

/** Whether any build may publish it, be it under its build tag alone, if others stand on it. */
export function isEverPublished(target: Pick<Target, "repositories" | "builds" | "push">): boolean {
  return hasMovingTags(target) || (target.builds !== null && target.push !== false);
}

/** Whether any build may give it moving tags. */
export function hasMovingTags({ repositories, push }: Pick<Target, "repositories" | "push">): boolean {
  return repositories.length > 0 && push !== false;
}

/** What is attested of an image; null and false for nothing. */
export interface Attestations {
  provenance: "min" | "max" | null;
  sbom: boolean;
}

/** The network that RUN instructions have. */
export type Network = "default" | "none" | "host";

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
