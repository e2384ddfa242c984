import type { CleanOptions } from "./options.ts";
import { buildTag } from "../core/build-tag.ts";
import { parseDuration } from "../core/duration.ts";
import { withSession } from "../docker/session.ts";
import type { Problem } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { DockerContext } from "../docker/exec.ts";
import { interrupted } from "../docker/why-failed.ts";
import type { Host } from "../host/host.ts";
import { type KeepPolicy, type Sorted, sortImages } from "../plan/clean.ts";
import { errorJson, failureText } from "../report/result.ts";
import { table } from "../report/table.ts";
import { exitCode } from "./exit-code.ts";
import { ownImages, removeImage } from "../docker/own-images.ts";
import { judgedJson, judgedText, namedImages, type RegistrySweep, sweepRegistries } from "./clean-registries.ts";
import { consoleFor } from "../report/console.ts";
import { loadProject, type Project } from "./project.ts";

const defaultBuilds = 5;

/**
 * `clean`: removes this project's own old images from the host, by label; nobody else's, none in use, and no cache. With
 * --registry its old build tags from registries.
 */
export async function clean(host: Host, options: CleanOptions): Promise<number> {
  const project = await loadProject(host, options);
  const { policy, problems } = keepPolicy(project, options, host.now());
  const { repository } = project.event;
  if (repository === null) {
    const hint = "it is the label that images are found by: run this in CI, or in a clone that has a remote";
    problems.push({ path: "clean", message: "the repository's name is not known here", hint });
  }
  if (options.registry === true) problems.push(...namedImages(project).problems);
  project.check(problems);
  const dryRun = options.dryRun === true;
  const source = repository!;
  const { failures, text, json } =
    options.registry === true
      ? await ofRegistries(host, project, { source, policy, dryRun })
      : await ofHost(host, project, { source, policy, dryRun });
  const out = consoleFor(host, options);
  out.warn(project.warnings);
  for (const one of failures) host.stderr.write(failureText(one, out.paint));
  out.result(failures.length === 0 || options.registry === true ? text : "", {
    config: project.file,
    ...json,
    ...errorJson(failures),
  });
  return exitCode(host, failures);
}

/** What was removed, in both forms. */
interface Swept {
  failures: Failure[];
  text: string;
  json: object;
}

async function ofHost(host: Host, project: Project, { source, policy, dryRun }: RegistrySweep): Promise<Swept> {
  const { sorted, failures } = await withSession(host, null, (session) => {
    const { config, env } = project;
    const docker = { host, session, directory: config.directory, env, digests: new Map(), say: () => undefined };
    return sweep(docker, source, policy, dryRun);
  });
  const images = sorted.map(({ image, kept }) => ({ id: image.id, tags: image.tags, removed: kept === null, kept }));
  return { failures, text: hostText(sorted, dryRun), json: { images } };
}

async function ofRegistries(host: Host, project: Project, swept: RegistrySweep): Promise<Swept> {
  const { judged, failures } = await sweepRegistries(host, project, swept);
  const isKnown = failures.length === 0 || judged.length > 0;
  return { failures, text: isKnown ? judgedText(judged, swept.dryRun) : "", json: { tags: judgedJson(judged) } };
}

/** Removes what the policy lets go, or only finds it. An image that docker does not let go is kept, with its reason. */
async function sweep(
  docker: DockerContext,
  repository: string,
  policy: KeepPolicy,
  dryRun: boolean,
): Promise<{ sorted: Sorted[]; failures: Failure[] }> {
  const images = await ownImages(docker, repository);
  if (docker.host.signal.aborted) return { sorted: [], failures: [interrupted(docker.host)] };
  if (!Array.isArray(images)) return { sorted: [], failures: [images] };
  const results: Sorted[] = [];
  for (const { image, kept } of sortImages(images, policy)) {
    if (docker.host.signal.aborted) break;
    const objection = kept === null && !dryRun ? await removeImage(docker, image) : kept;
    results.push({ image, kept: objection });
  }
  return { sorted: results, failures: docker.host.signal.aborted ? [interrupted(docker.host)] : [] };
}

function keepPolicy(
  { event }: Project,
  options: CleanOptions,
  now: number,
): { policy: KeepPolicy; problems: Problem[] } {
  const problems: Problem[] = [];
  const builds = options.keep === undefined ? null : Number(options.keep);
  if (options.keep !== undefined && !/^\d{1,6}$/.test(options.keep)) {
    const hint = "write how many builds to keep, as --keep 5";
    problems.push({ path: "--keep", message: "is not a number of builds", got: options.keep, hint });
  }
  const age = options.older === undefined ? null : parseDuration(options.older);
  if (options.older !== undefined && age === null) {
    const hint = "write 36h, 14d or 2w";
    problems.push({ path: "--older", message: "is not a duration", got: options.older, hint });
  }
  const current = { buildNumber: event.buildNumber, buildTag: buildTag(event) };
  return { policy: { builds: builds ?? (age === null ? defaultBuilds : null), age, current, now }, problems };
}

function hostText(sorted: readonly Sorted[], dryRun: boolean): string {
  if (sorted.length === 0) return "no images of this project on this host\n";
  const gone = dryRun ? "would be removed" : "removed";
  const rows = sorted.map(({ image, kept }) => [
    image.tags[0] ?? image.id.slice(0, 19),
    kept === null ? gone : `kept: ${kept}`,
  ]);
  return `${table(rows).join("\n")}\n`;
}
