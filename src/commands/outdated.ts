import { ExitCode, type Problem } from "../core/errors.ts";
import { formatReference } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { targetImages } from "../plan/images.ts";
import { scopeOfBranch, tagOfBranch } from "../plan/last-published.ts";
import { selectTargets } from "../plan/select.ts";
import { type Freshness, freshnessOf, type PublishedTarget } from "../release/freshness.ts";
import { consoleFor } from "../report/console.ts";
import { errorJson, failureText } from "../report/result.ts";
import { table } from "../report/table.ts";
import { evaluateTags } from "../tags/evaluate.ts";
import { templateContext } from "../tags/rule.ts";
import { exitCode } from "./exit-code.ts";
import type { OutdatedOptions } from "./options.ts";
import { loadProject, type Project } from "./project.ts";
import { registriesAlone } from "./registries-alone.ts";

/**
 * `outdated`: which published images stand on a base that has moved on. Asks registries alone; needs no docker and no
 * Dockerfile.
 */
export async function outdated(host: Host, names: readonly string[], options: OutdatedOptions): Promise<number> {
  const project = await loadProject(host, options);
  const { config } = project;
  const { published, builds, problems } = publishedTargets(project, options.as !== undefined);
  const { selected, problems: unknown } = selectTargets(config.targets, names);
  const unpublished = names.filter((name) => selected.has(name) && !published.has(name) && unknown.length === 0);
  project.check([...unknown, ...problems, ...unpublished.map(neverPublished)]);
  const out = consoleFor(host, options);
  out.warn(project.warnings);
  const registries = registriesAlone(host, project);
  const { found, failures } = await freshnessOf(
    registries,
    new Map([...builds, ...published]),
    (name) => selected.has(name) && published.has(name),
  );
  for (const failure of failures) host.stderr.write(failureText(failure, out.paint));
  const isOutdated = found.some(({ state }) => state === "outdated");
  out.result(text(found), {
    config: project.file,
    outdated: isOutdated,
    targets: found.map(json),
    ...errorJson(failures),
  });
  return isOutdated && !host.signal.aborted ? ExitCode.outdated : exitCode(host, failures);
}

/** The targets that are published, and the tag whose image is looked at: the default branch's, or that of the build of --as. */
function publishedTargets({ config, event, tags: inputs }: Project, isPretended: boolean) {
  const scope = { ...inputs, event };
  const { images, problems } = targetImages(config, config.targets, templateContext(scope));
  const published = new Map<string, PublishedTarget>();
  const builds = new Map<string, PublishedTarget>();
  for (const target of config.targets) {
    const { repositories, homes, affixes } = images.get(target.name)!;
    const [repository] = repositories;
    if (target.push === false) continue;
    const branch = isPretended ? null : event.defaultBranch;
    const { name, platforms } = target;
    // Others stand on what has a build tag alone, which never moves.
    if (repository === undefined) {
      const [home] = homes;
      const ofBuilds = scopeOfBranch(event, branch, affixes);
      if (home !== undefined)
        builds.set(name, { name, repository: home, homes, affixes, platforms, tag: null, scope: ofBuilds });
      continue;
    }
    const ofBranch = branch === null ? null : tagOfBranch(target, scope, branch);
    const evaluated = evaluateTags(target.tags, scope, target, `targets.${target.name}`);
    problems.push(...evaluated.problems);
    published.set(name, {
      name,
      repository,
      homes,
      affixes,
      platforms,
      tag: ofBranch ?? evaluated.tags[0] ?? null,
      scope: null,
    });
  }
  return { published, builds, problems };
}

function neverPublished(name: string): Problem {
  return { path: `targets.${name}`, message: "is published nowhere, so no registry knows what it stands on" };
}

function json({ target, image, base, recorded, now, state, why }: Freshness): object {
  return { name: target, image: image === null ? null : formatReference(image), base, recorded, now, state, why };
}

function text(found: readonly Freshness[]): string {
  const rows = found.map(({ target, image, base, state, why }) => [
    target,
    image === null ? "-" : formatReference(image),
    base ?? "-",
    why === null ? state : `${state}: ${why}`,
  ]);
  return `${table([["target", "image", "stands on", "state"], ...rows]).join("\n")}\n`;
}
