import { isEverPublished } from "../config/config.ts";
import type { TagsOptions } from "./options.ts";
import { ExitCode, throwProblems } from "../core/errors.ts";
import { formatReference } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { placesOf, targetImages } from "../plan/images.ts";
import { allReferences } from "../plan/plan.ts";
import { publishedTags } from "../plan/references.ts";
import { secretProblems } from "../plan/published-secrets.ts";
import { selectTargets } from "../plan/select.ts";
import { table } from "../report/table.ts";
import { evaluateTags, type RuleOutcome } from "../tags/evaluate.ts";
import { templateContext } from "../tags/rule.ts";
import { outputFiles } from "./output-files.ts";
import { consoleFor } from "../report/console.ts";
import { loadProject, type Project, withProblems } from "./project.ts";
import { tagsFileText } from "./tags-file.ts";

/** The tags of one target in this build. */
interface TargetTags {
  target: string;
  buildTag: string;
  version: string | null;
  /** The moving tags, the foremost first. */
  tags: string[];
  /** All references that would be published. */
  references: string[];
}

/** With what is not always shown. `published` are the tags that it may be published under, the build tag first. */
type Found = TargetTags & { rules: RuleOutcome[]; published: string[] };

/** `tags`: the tags of one target or of all; with --explain what each rule gave and why. Needs no Dockerfile. */
export async function tags(host: Host, names: readonly string[], options: TagsOptions): Promise<number> {
  const project = await loadProject(host, options);
  const files = await outputFiles(host, options, project);
  const found = tagsOf(withProblems(project, files.problems), names);
  const out = consoleFor(host, options);
  out.warn(project.warnings);
  const shown = found.map(({ target, buildTag: own, version, tags: moving, references, rules }) => ({
    target,
    buildTag: own,
    version,
    tags: moving,
    references,
    ...(options.explain === true && { rules }),
  }));
  const one = names.length === 0 ? undefined : shown[0];
  const text = options.explain === true ? found.map(explanation).join("\n") : listing(found, one === undefined);
  const lists = found.map(({ target, published }) => ({ name: target, tags: published }));
  const file = files.tags === null ? null : tagsFileText(lists);
  out.result(text, one ?? { targets: shown });
  if (file !== null) await host.files.write(files.tags!, file);
  return ExitCode.done;
}

function tagsOf({ config, check, event, tags: inputs, secrets }: Project, names: readonly string[]): Found[] {
  const scope = { ...inputs, event };
  const { images, ...named } = targetImages(config, config.targets, templateContext(scope));
  const { selected, problems } = selectTargets(config.targets, names);
  const targets = config.targets.filter(({ name }) => selected.has(name));
  const outcomes = targets.map((target) => ({
    target,
    image: images.get(target.name)!,
    outcome: evaluateTags(target.tags, scope, target, `targets.${target.name}`),
  }));
  check([...named.problems, ...problems, ...outcomes.flatMap(({ outcome }) => outcome.problems)]);
  const found = outcomes.map(({ target, image, outcome }) => {
    const moving = publishedTags(event, target, outcome.tags).tags;
    const published = [image.buildTag, ...moving];
    return {
      published,
      target: target.name,
      buildTag: image.buildTag,
      version: outcome.version,
      tags: outcome.tags,
      references: allReferences({ places: placesOf(image, moving, isEverPublished(target)) }).map(formatReference),
      rules: outcome.rules,
    };
  });
  throwProblems(
    found.flatMap(({ target, references, published }) =>
      secretProblems(
        [...references, ...published].map((text) => [`targets.${target}`, text]),
        secrets,
      ),
    ),
  );
  return found;
}

function allTags({ buildTag: own, tags: moving }: TargetTags): string[] {
  return [own, ...moving];
}

function listing(found: readonly TargetTags[], withNames: boolean): string {
  const rows = found.flatMap((target) => allTags(target).map((tag) => (withNames ? [target.target, tag] : [tag])));
  return `${table(rows).join("\n")}\n`;
}

function explanation({ target, buildTag: own, rules }: TargetTags & { rules: RuleOutcome[] }): string {
  const rows = [
    ["  build tag", own, "every image has it; it never moves"],
    ...rules.map(({ rule, tags: given, reason }) => [`  ${rule}`, given.join(", ") || "-", reason]),
  ];
  return `${target}\n${table(rows).join("\n")}\n`;
}
