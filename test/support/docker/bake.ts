import path from "node:path";
import type { Command } from "../../../src/host/host.ts";
import { type ImageContent, packImage } from "../registry/image.js";
import { type BakeTarget, readBakeFile } from "./bake-file.ts";
import { type Built, runBuild, type Source } from "./builder.ts";
import { readDockerfile } from "./dockerfile.ts";
import { createImageStore } from "./images.ts";
import { buildSource, type DockerHost, type Ended, importCaches, withCache } from "./host.ts";
import { type Progress, rawProgress, stepName } from "./progress.ts";
import { pushRefusal, resolveRefusal } from "./refusals.ts";
import { pushImage } from "./remote.ts";
import { NotExpected, readWords } from "./words.ts";

/** `docker buildx bake`: one target after the other, what others need first. The first failure ends it. */
export async function bake(host: DockerHost, words: readonly string[], command: Command): Promise<Ended> {
  const { one, all, rest } = readWords(words, {
    "-f": "next",
    "--progress": "joined",
    "--metadata-file": "next",
    "--allow": "joined",
    "--no-cache": "alone",
    "--builder": "joined",
  });
  const metadataFile = one("--metadata-file");
  if (one("-f") !== "-" || one("--progress") !== "rawjson" || metadataFile === null || command.stdin === undefined) {
    throw new NotExpected("a bake without a definition in standard input, raw progress and a metadata file");
  }
  const targets = readBakeFile(command.stdin, rest, command.env);
  checkAccess(host, targets, all("--allow"));
  const lines: string[] = [];
  const progress = rawProgress((line) => void lines.push(line), host.now);
  progress.vertex("[internal] load local bake definitions");
  const run: BakeRun = {
    host: on(host, one("--builder")),
    engine: host,
    progress,
    several: targets.length > 1,
    noCache: one("--no-cache") !== null,
    built: new Map(),
  };
  const metadata = new Map<string, object>();
  for (const target of targets) {
    const ended = await bakeTarget(run, target);
    if (typeof ended === "string") {
      progress.line(`ERROR: ${run.several ? `target ${target.name}: ` : ""}${ended}`);
      return { exitCode: 1, stderr: `${lines.join("\n")}\n` };
    }
    metadata.set(target.name, ended);
  }
  const sorted = Object.fromEntries([...metadata].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  await host.files.write(path.resolve(host.directory, metadataFile), JSON.stringify(sorted, null, 2));
  return { stderr: `${lines.join("\n")}\n` };
}

/** Another builder has a cache of its own, and none of the host's images. */
function on(host: DockerHost, builder: string | null): DockerHost {
  if (builder === null || builder === "default") return host;
  const farm = host.builders.get(builder);
  if (farm === undefined) throw new NotExpected(`a builder ${builder}`);
  return { ...host, engine: "containerd", images: createImageStore("containerd", host.now), cache: farm.cache };
}

interface BakeRun {
  /** As the builder has it. */
  host: DockerHost;
  /** Where images are loaded to. */
  engine: DockerHost;
  progress: Progress;
  several: boolean;
  noCache: boolean;
  built: Map<string, ImageContent>;
}

/** What the metadata file says of a target, or why it failed. */
async function bakeTarget(run: BakeRun, target: BakeTarget): Promise<object | string> {
  const { host, progress } = run;
  const owner = run.several ? `${target.name} ` : "";
  const context = path.resolve(host.directory, target.context);
  const text = await host.files.read(path.resolve(context, target.dockerfile));
  if (text === null) {
    return `failed to solve: failed to read dockerfile: open ${target.dockerfile}: no such file or directory`;
  }
  progress.vertex(`[${owner}internal] load build definition from ${path.basename(target.dockerfile)}`);
  const built = await withCache(
    host,
    run.noCache || target.noCache,
    await importCaches(host, target.cacheFrom),
    (cache) =>
      runBuild({
        ...target,
        file: readDockerfile(text),
        contexts: new Map(
          Object.entries(target.contexts).map(([name, from]) => [name, () => contextOf(run, from, target.pull)]),
        ),
        image: (reference) => buildSource(host, reference, target.pull),
        read: (file) => host.files.read(path.resolve(context, file)).catch(() => null),
        cache,
        nonce: host.nonce,
        noCache: run.noCache || target.noCache,
      }),
  );
  tellSteps(run, target, built);
  if ("content" in built) {
    const architecture = target.platform?.split("/")[1];
    const content = { ...built.content, ...(architecture === undefined ? {} : { architecture }) };
    run.built.set(target.name, content);
    return exportImage(run, target, content);
  }
  return reason(progress, owner, target, built, text);
}

async function contextOf({ host, built }: BakeRun, from: string, pull: boolean): Promise<Source> {
  const target = /^target:(.*)$/.exec(from)?.[1];
  const image = /^docker-image:\/\/(.*)$/.exec(from)?.[1];
  if (target !== undefined) return { content: built.get(target)! };
  if (image !== undefined) {
    // BuildKit asks the registry first what a context's name stands for where containerd keeps the images.
    const up = await buildSource(host, image, pull || host.engine === "containerd");
    return "content" in up ? up : buildSource(host, image, pull);
  }
  throw new NotExpected(`the context ${from}`);
}

function tellSteps({ progress, several }: BakeRun, { name, contexts }: BakeTarget, { steps }: Built): void {
  for (const [stage, from] of Object.entries(contexts)) {
    const image = /^docker-image:\/\/(.*)$/.exec(from)?.[1];
    if (image !== undefined) progress.vertex(`[${several ? `${name} ` : ""}context ${stage}] ${image}`);
  }
  for (const step of steps) {
    const error =
      step.exitCode === null
        ? null
        : `process ${JSON.stringify(`/bin/sh -c ${step.text.replace(/^RUN /, "")}`)} did not complete successfully: exit code: ${step.exitCode}`;
    progress.vertex(stepName(several ? name : null, step), { cached: step.cached, error });
  }
}

/** Why there is no image, as the client's last words have it; the lines before them are printed. */
function reason(
  progress: Progress,
  owner: string,
  { dockerfile }: BakeTarget,
  built: Exclude<Built, { content: ImageContent }>,
  text: string,
): string {
  if ("noStage" in built) return `failed to solve: target stage "${built.noStage}" could not be found`;
  const line = "failed" in built ? built.failed.line : built.missing.line;
  const excerpt = `${String(line).padStart(4)} | >>> ${text.split("\n")[line - 1] ?? ""}`;
  const rule = "-".repeat(20);
  if ("missing" in built) {
    const { reference, error, context } = built.missing;
    const where = context === null ? "internal" : `context ${context}`;
    progress.vertex(`[${owner}${where}] load metadata for ${reference}`, { error });
    for (const one of [`${path.basename(dockerfile)}:${line}`, rule, excerpt, rule]) progress.line(one);
    const resolving = `failed to resolve source metadata for ${reference}: ${error}`;
    return `failed to solve: ${context === null ? `${reference}: ` : ""}${resolving}`;
  }
  for (const one of [`${path.basename(dockerfile)}:${line}`, rule, excerpt, rule]) progress.line(one);
  const process = JSON.stringify(`/bin/sh -c ${built.failed.text.replace(/^RUN /, "")}`);
  return `failed to solve: process ${process} did not complete successfully: exit code: ${built.failed.exitCode}`;
}

async function exportImage(run: BakeRun, target: BakeTarget, content: ImageContent): Promise<object | string> {
  const { host, progress, several } = run;
  const { configDigest, digest } = packImage(content);
  if (target.output === "cacheonly") return {};
  if (run.engine !== host) return exportFromFarm(run, target, content);
  const image = host.images.keep(content, null);
  for (const tag of target.tags) host.images.keep(content, tag);
  const exporting = several ? `[${target.name}] exporting to image` : "exporting to image";
  const naming = target.tags.map((tag) => `naming to ${tag}`);
  const pushed = host.engine === "containerd" ? ["pushing layers"] : [];
  for (const tag of target.output === "push" ? target.tags : []) {
    const sent = await pushImage(host.remote, tag, content);
    if (host.engine !== "containerd") {
      if (tag === target.tags[0]) progress.vertex(exporting, { parts: ["exporting layers", ...naming] });
      const pushing = `${several ? `[${target.name}] ` : ""}pushing ${tag} with docker`;
      const error = "refusal" in sent ? pushRefusal(host.engine, sent.refusal) : null;
      progress.vertex(pushing, { error });
      if (error !== null) return error;
      host.images.published(image, tag);
      continue;
    }
    if ("refusal" in sent) {
      const error = `failed to push ${tag}: ${resolveRefusal("push", sent.refusal)}`;
      progress.vertex(exporting, { parts: ["exporting layers", ...naming, "pushing layers"], error });
      return `failed to solve: ${error}`;
    }
    pushed.push(`pushing manifest for ${tag}@${digest}`);
  }
  if (host.engine === "containerd") {
    progress.vertex(exporting, { parts: ["exporting layers", ...naming, ...(target.output === "push" ? pushed : [])] });
  } else if (target.output !== "push") {
    progress.vertex(exporting, { parts: ["exporting layers", `writing image ${configDigest}`, ...naming] });
  }
  const isManifest = host.engine === "containerd" || target.output === "push";
  return {
    ...(host.engine === "containerd" ? {} : { "containerimage.config.digest": configDigest }),
    "containerimage.digest": isManifest ? digest : configDigest,
    "image.name": target.tags.join(),
  };
}

/** Sends an image under no tag, so that only its digest tells where it is; or loads it into the engine. */
async function exportFromFarm(
  { host, engine, progress, several }: BakeRun,
  { name, sentTo, output, tags }: BakeTarget,
  content: ImageContent,
): Promise<object | string> {
  const { digest } = packImage(content);
  if (sentTo.length === 0) {
    if (output !== "docker") throw new NotExpected(`${output} by a builder that keeps its images`);
    for (const tag of tags) engine.images.keep(content, tag);
    return { "containerimage.digest": digest, "image.name": tags.join() };
  }
  const exporting = several ? `[${name}] exporting to image` : "exporting to image";
  for (const repository of sentTo) {
    const sent = await pushImage(host.remote, `${repository}@${digest}`, content);
    if (!("refusal" in sent)) continue;
    const error = `failed to push ${repository}: ${resolveRefusal("push", sent.refusal)}`;
    progress.vertex(exporting, { parts: ["exporting layers", "pushing layers"], error });
    return `failed to solve: ${error}`;
  }
  const pushed = sentTo.map((repository) => `pushing manifest for ${repository}@${digest}`);
  progress.vertex(exporting, { parts: ["exporting layers", "pushing layers", ...pushed] });
  return { "containerimage.digest": digest, "image.name": sentTo.join() };
}

/** bake reads nothing outside the folder it runs in that it is not told to. */
function checkAccess({ directory }: DockerHost, targets: readonly BakeTarget[], allowed: readonly string[]): void {
  for (const { name, context } of targets) {
    const outside = path.relative(directory, path.resolve(directory, context)).startsWith("..");
    if (outside && !allowed.includes(`fs.read=${context}`)) throw new NotExpected(`${name} to read ${context}`);
  }
}
