import type { Flags } from "../cli/program.ts";
import { buildTag } from "../core/build-tag.ts";
import { parseDuration } from "../core/duration.ts";
import { withSession } from "../docker/session.ts";
import { ExitCode, type Problem, throwProblems } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { type KeepPolicy, type Sorted, sortImages } from "../plan/clean.ts";
import { table } from "../report/table.ts";
import { ownImages, removeImage } from "../run/own-images.ts";
import { consoleFor } from "../cli/console.ts";
import { loadProject, type Project } from "./project.ts";

const defaultBuilds = 5;

/** `clean`: removes this project's own old images from the host, by label; nobody else's, none in use, and no cache. */
export async function clean(host: Host, flags: Flags): Promise<number> {
  const project = await loadProject(host, flags);
  throwProblems(project.problems);
  const policy = keepPolicy(project, flags);
  const { repository } = project.event;
  if (repository === null) {
    const hint = "it is the label that images are found by: run this in CI, or in a clone that has a remote";
    throwProblems([{ path: "clean", message: "the repository's name is not known here", hint }]);
  }
  const removed = await withSession(host, null, async (session) => {
    const docker = { host, session, directory: project.config.directory, env: project.env };
    const sorted = sortImages(await ownImages(docker, repository!), policy);
    if (flags.dryRun === true) return sorted;
    const results: Sorted[] = [];
    for (const one of sorted) {
      const objection = one.kept === null ? await removeImage(docker, one.image) : one.kept;
      results.push({ image: one.image, kept: objection });
    }
    return results;
  });
  consoleFor(host, flags).result(text(removed, flags.dryRun === true), {
    images: removed.map(({ image, kept }) => ({ id: image.id, tags: image.tags, removed: kept === null, kept })),
  });
  return ExitCode.done;
}

function keepPolicy({ event, tags }: Project, flags: Flags): KeepPolicy {
  const problems: Problem[] = [];
  const builds = flags.keep === undefined ? null : Number(flags.keep);
  if (flags.keep !== undefined && !/^\d{1,6}$/.test(flags.keep)) {
    problems.push({ path: "--keep", message: "is no number of builds", got: flags.keep });
  }
  const age = flags.older === undefined ? null : parseDuration(flags.older);
  if (flags.older !== undefined && age === null) {
    problems.push({ path: "--older", message: "is no duration", got: flags.older, hint: "write 36h, 14d or 2w" });
  }
  throwProblems(problems);
  const current = { buildNumber: event.buildNumber, buildTag: buildTag(event) };
  return { builds: builds ?? (age === null ? defaultBuilds : null), age, current, now: tags.now };
}

function text(sorted: readonly Sorted[], dryRun: boolean): string {
  if (sorted.length === 0) return "no images of this project on this host\n";
  const gone = dryRun ? "would be removed" : "removed";
  const rows = sorted.map(({ image, kept }) => [
    image.tags[0] ?? image.id.slice(0, 19),
    kept === null ? gone : `kept: ${kept}`,
  ]);
  return `${table(rows).join("\n")}\n`;
}
