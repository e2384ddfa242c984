import { describe, expect, test } from "vitest";
import { createRawJsonReader } from "../../../src/progress/rawjson.ts";
import { play, playBake, playBuild, readable, recordedLines } from "./recording.ts";

/** A file beside the recording. */
function log(file: string): string {
  return `../../fixtures/progress/${file.replace(/\.\w+$/, ".log")}`;
}

describe("what people read of a bake", () => {
  test.each([
    ["modern-cold.jsonl", "base", "app1", "app2"],
    ["containerd-cold.jsonl", "base", "app1"],
    ["modern-warm.jsonl", "base", "app1", "app2"],
    ["modern-single.jsonl", "app1"],
    ["modern-wait.jsonl", "base", "app1"],
    ["modern-joined.jsonl", "base"],
    ["modern-warn.jsonl", "base", "app1"],
    ["containerd-odd-single.jsonl", "odd"],
    ["containerd-bound.jsonl", "app1", "app2"],
    ["containerd-cache.jsonl", "base", "app1"],
    ["modern-push.jsonl", "base", "app1"],
    ["containerd-push.jsonl", "base", "app1"],
    ["containerd-plain-push.txt", "base", "app1", "app2"],
    ["modern-fail.jsonl", "base", "app1", "app2"],
    ["modern-plain-fail.txt", "base", "app1", "app2"],
    ["modern-two-failures.jsonl", "app1", "app2"],
    ["containerd-copy.jsonl", "base", "app1"],
    ["modern-missing.jsonl", "base", "app1"],
    ["modern-stage.jsonl", "base", "app1"],
    ["modern-syntax.jsonl", "base", "app1"],
    ["containerd-secret.jsonl", "base", "app1"],
    ["modern-push-down.jsonl", "app1", "app2"],
    ["modern-push-401.jsonl", "base", "app1"],
    ["containerd-push-401.jsonl", "base", "app1"],
    ["modern-push-429.jsonl", "base", "app1"],
    ["containerd-push-503.jsonl", "base"],
    ["modern-daemon-down.jsonl", "base", "app1"],
    ["modern-no-buildx.jsonl", "base", "app1"],
    ["modern-sigint.jsonl", "base", "app1"],
  ])("%s", async (file, ...targets) => {
    await expect(readable(playBake(file, ...targets))).toMatchFileSnapshot(log(file));
  });

  test("containerd-files.jsonl: a Dockerfile for each target", async () => {
    const targets = ["one", "two"].map((name) => ({ name, stage: "", dockerfile: `${name}/Dockerfile` }));
    const played = play(recordedLines("containerd-files.jsonl"), createRawJsonReader(targets));
    await expect(readable(played)).toMatchFileSnapshot(log("containerd-files.jsonl"));
  });
});

describe("what people read of a docker build", () => {
  test.each([
    ["legacy-cold-base.txt", "base"],
    ["legacy-cold.txt", "app1"],
    ["legacy-warm.txt", "app1"],
    ["legacy-fail.txt", "app1"],
    ["legacy-copy.txt", "app1"],
    ["legacy-missing.txt", "app1"],
    ["legacy-stage.txt", "app1"],
    ["legacy-syntax.txt", "app1"],
    ["legacy-secret.txt", "app1"],
    ["legacy-sigint.txt", "app1"],
    ["legacy-daemon-down.txt", "app1"],
    ["legacy-no-buildx.txt", "app1"],
  ])("%s", async (file, target) => {
    await expect(readable(playBuild(file, target))).toMatchFileSnapshot(log(file));
  });
});
