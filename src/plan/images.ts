import { pushAll } from "../core/push-all.ts";
import path from "node:path";
import { registryFault } from "../config/rules.ts";
import type { Config, Target } from "../config/config.ts";
import { type Affixes, buildAffixes, buildTag } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import { type PromotedBuild, promotedTag } from "../core/promoted-build.ts";
import {
  isTag,
  parseRepository,
  type Reference,
  type Repository,
  meantRepository,
  repositoryFault,
  withRegistry,
} from "../core/reference.ts";
import type { Place } from "./plan.ts";
import { shellVariable } from "../templates/shell-variable.ts";
import type { Fault } from "../templates/syntax.ts";
import { renderTemplate, type TemplateContext } from "../templates/template.ts";
import type { Problem } from "../core/errors.ts";
import { partIn } from "./parts.ts";
import type { Whole } from "./plan.ts";

/** Where a target's image goes: its repositories, its build tag with the target's affixes, its name on the host. */
export interface TargetImage {
  /** Those that have its moving tags. */
  repositories: Repository[];
  /** Those that have its build tag. */
  homes: Repository[];
  buildTag: string;
  /** What stands around it. */
  affixes: Affixes;
  /** The image that it is joined to; null where it is a whole. */
  partOf: Whole | null;
  /** The build-tag reference in the first of them, or a local name for a target without one. */
  image: Reference;
}

/** A target and its repositories, before its build tag is known. */
type Found = Pick<TargetImage, "repositories" | "homes"> & { target: Target };

/**
 * What is written where: the build tag in its homes, moving tags in the target's own repositories. A target that has none of its own
 * is published for others to stand on alone.
 */
export function placesOf(
  { repositories, homes, buildTag: own }: TargetImage,
  moving: readonly string[],
  isBase: boolean,
): Place[] {
  if (repositories.length === 0 && !isBase) return [];
  const isAmong = (all: readonly Repository[], { name }: Repository) => all.some((one) => one.name === name);
  return [
    ...homes.map((repository) => ({
      repository,
      buildTag: own,
      moving: isAmong(repositories, repository) ? [...moving] : [],
    })),
    ...repositories
      .filter((repository) => !isAmong(homes, repository))
      .map((repository) => ({ repository, buildTag: null, moving: [...moving] })),
  ];
}

/** Names every target's image, so that `{{ref.<target>}}` can be filled in for any of them. */
export function targetImages(
  config: Config,
  targets: readonly Target[],
  context: TemplateContext,
  /** The build whose images these are, where they are not this one's. */
  promoted: PromotedBuild | null = null,
): { images: Map<string, TargetImage>; problems: Problem[] } {
  const problems: Problem[] = [];
  const found: Found[] = [];
  // What is wrong with the registry of all is said of it alone.
  const inRegistry = config.registry !== null && registryFault(config.registry) !== null;
  for (const target of targets) {
    const where = `targets.${target.name}`;
    const ofOwn = { ...context, target: target.name };
    const repositoryOf = (written: string, at: string, own: TemplateContext = ofOwn) => {
      const rendered = renderTemplate(written, own, at);
      pushAll(problems, rendered.problems);
      const repository = withRegistry(rendered.value, config.registry);
      const isWrong = rendered.problems.length > 0 || (inRegistry && repositoryFault(rendered.value) === null);
      const problem = isWrong ? null : repositoryProblem(written, repository);
      if (problem !== null) problems.push({ path: at, ...problem });
      return repository;
    };
    const named = [...new Set(target.repositories.map((written) => repositoryOf(written, `${where}.repo`)))];
    const isNameless = context.event.repository === null && /\{\{\s*repo\b/.test(target.builds ?? "");
    if (isNameless) {
      const hint = "run this in CI, or in a clone that has a remote; or write the repository's name";
      problems.push({ path: "builds", message: "{{repo}} is empty here", got: target.builds, hint });
    }
    const builds =
      target.builds === null || isNameless ? null : repositoryOf(target.builds, "builds", ofTarget(context, target));
    const repositories = named.map(parseRepository);
    found.push({ target, repositories, homes: builds === null ? repositories : [parseRepository(builds)] });
  }
  const affixes = affixesOf(found);
  const images = new Map(
    found.map(({ target, repositories, homes }): [string, TargetImage] => {
      const { around, partOf } = partIn(target, affixes.get(target.name)!, context.event);
      const theirs = promoted === null ? null : promotedTag(promoted, context.event, around);
      const tag = theirs ?? buildTag(context.event, around);
      if (!isTag(tag)) {
        const message = "prefix, suffix and those of buildTag do not give a valid build tag";
        problems.push({ path: `targets.${target.name}`, message, got: tag });
      }
      const home = homes[0] ?? parseRepository(localRepository(config, context.event, target));
      const image = { repository: home, tag };
      return [target.name, { repositories, homes, buildTag: tag, affixes: around, partOf, image }];
    }),
  );
  return { images, problems };
}

/** `{{target}}` and `{{repo}}` in the repository of build tags, as a repository has them. */
function ofTarget(context: TemplateContext, { name }: Target): TemplateContext {
  return { ...context, own: { target: name.toLowerCase(), repo: (context.event.repository ?? "").toLowerCase() } };
}

/**
 * What stands around each target's build tag. Targets that would have the same one in the same repository, whatever their
 * moving tags are, are told apart by their names.
 */
function affixesOf(found: readonly Found[]): Map<string, Affixes> {
  const written = new Map(found.map(({ target }) => [target.name, buildAffixes(target, target.buildTag)]));
  const users = new Map<string, string[]>();
  for (const { target, homes } of found) {
    for (const { name } of homes) {
      const key = JSON.stringify([name, written.get(target.name)]);
      const known = users.get(key);
      if (known === undefined) users.set(key, [target.name]);
      else known.push(target.name);
    }
  }
  const alike = new Set([...users.values()].filter(({ length }) => length > 1).flat());
  return new Map(
    [...written].map(([name, affixes]) => [
      name,
      alike.has(name) ? buildAffixes(affixes, { prefix: "", suffix: `-${name}` }) : affixes,
    ]),
  );
}

function repositoryProblem(written: string, repository: string): Fault | null {
  const fault = repositoryFault(repository);
  if (fault === null) return null;
  const meant = meantRepository(repository);
  const hint = meant === null || written.includes("{{") ? {} : { hint: `write ${meant}` };
  return shellVariable(written) ?? { message: fault, got: repository, ...hint };
}

/**
 * The name on the host of an image that is never published; the project's own, as a host is shared. Where containerd keeps
 * the images BuildKit asks the registry first what a name stands for: this is none that anybody can own.
 * https://www.rfc-editor.org/rfc/rfc2606#section-2
 */
function localRepository(config: Config, event: BuildEvent, target: Target): string {
  const project = event.repository ?? path.posix.basename(config.directory.replaceAll("\\", "/"));
  return ["multistage-build.invalid", ...[...project.split("/"), target.name].map(component)].join("/");
}

function component(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "x"
  );
}
