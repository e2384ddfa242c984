import path from "node:path";
import { withRegistry } from "../config/resolve.ts";
import type { Config, Target } from "../config/config.ts";
import { buildTag } from "../core/build-tag.ts";
import type { BuildEvent } from "../core/event.ts";
import { isTag, parseRepository, type Reference, type Repository, repositoryFault } from "../core/reference.ts";
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
): { images: Map<string, TargetImage>; problems: Problem[] } {
  const problems: Problem[] = [];
  const images = new Map<string, TargetImage>();
  for (const target of targets) {
    const where = `targets.${target.name}`;
    const repositories = target.repositories.map((written) => {
      const rendered = renderTemplate(written, context, `${where}.repo`);
      problems.push(...rendered.problems);
      const repository = withRegistry(rendered.value, config.registry);
      const fault = rendered.problems.length > 0 ? null : repositoryFault(repository);
      if (fault !== null) problems.push({ path: `${where}.repo`, message: fault, got: repository });
      return repository;
    });
    const tag = buildTag(context.event, target);
    if (!isTag(tag))
      problems.push({ path: where, message: "prefix and suffix do not give a valid build tag", got: tag });
    const distinct = [...new Set(repositories)].map(parseRepository);
    const home = distinct[0] ?? parseRepository(localRepository(config, context.event, target));
    images.set(target.name, { repositories: distinct, buildTag: tag, image: { repository: home, tag } });
  }
  return { images, problems };
}

/** The name on the host of an image that is never published; the project's own, as a host is shared. */
function localRepository(config: Config, event: BuildEvent, target: Target): string {
  const project = event.repository ?? path.posix.basename(config.directory.replaceAll("\\", "/"));
  return ["multistage-build", ...project.split("/"), target.name].map(component).join("/");
}

function component(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "x"
  );
}
