import { pushAll } from "../core/push-all.ts";
import path from "node:path";
import { registryFault } from "../config/rules.ts";
import type { Config, Target } from "../config/config.ts";
import { buildTag } from "../core/build-tag.ts";
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
import { shellVariable } from "../templates/shell-variable.ts";
import type { Fault } from "../templates/syntax.ts";
import { renderTemplate, type TemplateContext } from "../templates/template.ts";
import type { Problem } from "../core/errors.ts";

/** Where a target's image goes: its repositories, its build tag with the target's affixes, its name on the host. */
export interface TargetImage {
  repositories: Repository[];
  buildTag: string;
  /** The build-tag reference in the first repository, or a local name for a target without one. */
  image: Reference;
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
  const images = new Map<string, TargetImage>();
  // What is wrong with the registry of all is said of it alone.
  const inRegistry = config.registry !== null && registryFault(config.registry) !== null;
  for (const target of targets) {
    const where = `targets.${target.name}`;
    const repositories = target.repositories.map((written) => {
      const rendered = renderTemplate(written, context, `${where}.repo`);
      pushAll(problems, rendered.problems);
      const repository = withRegistry(rendered.value, config.registry);
      const isWrong = rendered.problems.length > 0 || (inRegistry && repositoryFault(rendered.value) === null);
      const problem = isWrong ? null : repositoryProblem(written, repository);
      if (problem !== null) problems.push({ path: `${where}.repo`, ...problem });
      return repository;
    });
    const theirs = promoted === null ? null : promotedTag(promoted, context.event, target);
    const tag = theirs ?? buildTag(context.event, target);
    if (!isTag(tag))
      problems.push({ path: where, message: "prefix and suffix do not give a valid build tag", got: tag });
    const distinct = [...new Set(repositories)].map(parseRepository);
    const home = distinct[0] ?? parseRepository(localRepository(config, context.event, target));
    images.set(target.name, { repositories: distinct, buildTag: tag, image: { repository: home, tag } });
  }
  return { images, problems };
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
