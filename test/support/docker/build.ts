import path from "node:path";
import type { Command } from "../../../src/host/host.ts";
import { packImage } from "../registry/image.js";
import { runBuild } from "./builder.ts";
import { readDockerfile } from "./dockerfile.ts";
import { buildSource, type DockerHost, type Ended, importCaches, withCache } from "./host.ts";
import { plainProgress, stepName } from "./progress.ts";
import { NotExpected, readWords } from "./words.ts";

/** `docker build` by the BuildKit in Docker 20.10: no named contexts, no image for a stage, only the cache. */
export async function build(host: DockerHost, words: readonly string[], { env = {} }: Command): Promise<Ended> {
  const { one, all, rest } = readWords(words, {
    "--progress": "joined",
    "--file": "joined",
    "--target": "joined",
    "--tag": "joined",
    "--build-arg": "joined",
    "--label": "joined",
    "--secret": "joined",
    "--ssh": "joined",
    "--network": "joined",
    "--add-host": "joined",
    "--cache-from": "joined",
    "--no-cache": "alone",
    "--pull": "alone",
  });
  const [context, ...more] = rest;
  const file = one("--file");
  if (one("--progress") !== "plain" || file === null || context === undefined || more.length > 0) {
    throw new NotExpected(`docker build ${words.join(" ")}`);
  }
  const lines: string[] = [];
  const failed = (text: string) => ({ exitCode: 1, stderr: `${[...lines, text].join("\n")}\n` });
  const text = await host.files.read(path.resolve(host.directory, file));
  if (text === null)
    return failed(
      `failed to solve with frontend dockerfile.v0: failed to read dockerfile: open ${file}: no such file or directory`,
    );
  const progress = plainProgress((line) => void lines.push(line));
  progress.vertex(`[internal] load build definition from ${path.basename(file)}`);
  const { BUILDKIT_INLINE_CACHE: inline, ...args } = pairs(
    all("--build-arg").map((word) => (word.includes("=") ? word : `${word}=${env[word] ?? ""}`)),
  );
  const noCache = one("--no-cache") !== null;
  const built = await withCache(host, noCache, await importCaches(host, all("--cache-from")), (cache) =>
    runBuild({
      file: readDockerfile(text),
      stage: one("--target"),
      args,
      labels: pairs(all("--label")),
      contexts: new Map(),
      image: (reference) => buildSource(host, reference, one("--pull") !== null),
      read: (name) => host.files.read(path.resolve(host.directory, context, name)).catch(() => null),
      cache,
      nonce: host.nonce,
      noCache,
      inlineCache: inline === "1",
    }),
  );
  for (const step of built.steps) {
    const command = step.text.replace(/^RUN /, "");
    const error =
      step.exitCode === null ? null : `executor failed running [/bin/sh -c ${command}]: exit code: ${step.exitCode}`;
    progress.vertex(stepName(null, step), { cached: step.cached, error });
    if (error !== null) return failed(error);
  }
  const frontend = "failed to solve with frontend dockerfile.v0: failed to create LLB definition";
  if ("noStage" in built) return failed(`${frontend}: target stage ${built.noStage} could not be found`);
  if ("missing" in built) {
    progress.vertex(`[internal] load metadata for ${built.missing.reference}`, { error: built.missing.error });
    return failed(`${frontend}: ${built.missing.error}`);
  }
  if ("failed" in built) throw new Error("a failed step was not told of");
  const tags = all("--tag");
  host.images.keep(built.content, null);
  for (const tag of tags) host.images.keep(built.content, tag);
  const naming = tags.map((tag) => `naming to ${tag}`);
  const written = `writing image ${packImage(built.content).configDigest}`;
  progress.vertex("exporting to image", { parts: ["exporting layers", written, ...naming] });
  return { stderr: `${lines.join("\n")}\n` };
}

function pairs(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new NotExpected(`${text} without a value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
