import { buildAffixes } from "../core/build-tag.ts";
import type { Failure } from "../core/failure.ts";
import type { Repository } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import type { KeepPolicy } from "../plan/clean.ts";
import type { Judged } from "../plan/clean-registry.ts";
import { targetImages } from "../plan/images.ts";
import { platformAffixes } from "../plan/parts.ts";
import { cleanRegistries } from "../release/clean-registries.ts";
import { table } from "../report/table.ts";
import { templateContext } from "../tags/rule.ts";
import type { Project } from "./project.ts";
import { registriesAlone } from "./registries-alone.ts";

/** What is to be cleaned, where, and what of it stays. */
export interface RegistrySweep {
  /** The repository of the source, as images are labelled with it. */
  source: string;
  policy: KeepPolicy;
  dryRun: boolean;
}

/** The images of all targets: their names are what is looked at. */
export function namedImages({ config, event, tags }: Project): ReturnType<typeof targetImages> {
  return targetImages(config, config.targets, templateContext({ ...tags, event }));
}

/** Old build tags in all repositories of the config; asks registries alone, and needs no docker. */
export function sweepRegistries(
  host: Host,
  project: Project,
  { source, policy, dryRun }: RegistrySweep,
): Promise<{ judged: Judged[]; failures: Failure[] }> {
  const { config } = project;
  const { images } = namedImages(project);
  const repositories = new Map<string, Repository>();
  for (const target of config.targets) {
    const { homes, repositories: own } = images.get(target.name)!;
    for (const repository of target.push === false ? [] : [...homes, ...own])
      repositories.set(repository.name, repository);
  }
  // Those of before the config gave targets their names.
  const written = config.targets.map((target) => buildAffixes(target, target.buildTag));
  const wholes = [...written, ...[...images.values()].map((image) => image.affixes)];
  const platforms = [...new Set(config.targets.flatMap((target) => target.platforms))];
  const parts = wholes.flatMap((around) => platforms.map((platform) => platformAffixes(around, platform)));
  const affixes = [...wholes, ...parts];
  const distinct = [...new Map(affixes.map((one) => [JSON.stringify(one), one])).values()];
  return cleanRegistries({
    registries: registriesAlone(host, project),
    repositories: [...repositories.values()],
    policy: { ...policy, source, affixes: distinct },
    dryRun,
    signal: host.signal,
  });
}

/** The tags, for machines. */
export function judgedJson(judged: readonly Judged[]): object[] {
  return judged.flatMap(({ held, kept }) =>
    held.tags.map((tag) => ({
      reference: `${held.repository}:${tag}`,
      digest: held.digest,
      removed: kept === null,
      kept,
    })),
  );
}

/** The same for people. */
export function judgedText(judged: readonly Judged[], dryRun: boolean): string {
  if (judged.length === 0) return "no build tags of this project in its registries\n";
  const gone = dryRun ? "would be removed" : "removed";
  const rows = judged.flatMap(({ held, kept }) =>
    held.tags.map((tag) => [`${held.repository}:${tag}`, kept === null ? gone : `kept: ${kept}`]),
  );
  return `${table(rows).join("\n")}\n`;
}
