import { describe, expect, test } from "vitest";
import type { BuildEvent } from "../../../src/core/event.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "./event-of.ts";
import { evaluate, tagsOf } from "./tags-of.ts";

type Case = [title: string, event: BuildEvent, tags: string[], version?: string | null];

const promoted = (event: BuildEvent, kind: "promote" | "rollback", deployTo: string | null): BuildEvent => ({
  ...event,
  kind,
  deployTo,
});

describe("default", () => {
  test.each<Case>([
    ["push of the default branch", eventOf(), ["latest"], null],
    ["push of another branch", branchEvent("feature/login"), ["feature-login"], "feature-login"],
    ["push, default branch unknown", eventOf({ defaultBranch: null }), ["master"], "master"],
    ["stable tag", tagEvent("v1.2.3"), ["1.2.3", "1.2", "1"], "1.2.3"],
    ["stable tag without v", tagEvent("1.2.3"), ["1.2.3", "1.2", "1"], "1.2.3"],
    ["stable tag before 1.0", tagEvent("v0.3.1"), ["0.3.1", "0.3"], "0.3.1"],
    ["stable tag with build metadata", tagEvent("v1.2.3+b5"), ["1.2.3", "1.2", "1"], "1.2.3"],
    ["pre-release", tagEvent("v1.2.3-rc.4"), ["1.2.3-rc.4"], "1.2.3-rc.4"],
    ["any other tag", tagEvent("test-123"), ["test-123"], "test-123"],
    ["any other tag with a slash", tagEvent("app/v1"), ["app-v1"], "app-v1"],
    ["a tag that is almost a version", tagEvent("v1.2"), ["v1.2"], "v1.2"],
    ["pull request", pullRequestEvent(17), ["pr-17"], "pr-17"],
    ["cron on the default branch", eventOf({ kind: "cron" }), ["nightly"], "nightly"],
    ["cron on another branch", branchEvent("dev", { kind: "cron" }), ["nightly"], "nightly"],
    ["promotion", promoted(eventOf(), "promote", "Production/eu"), ["Production-eu"], "Production-eu"],
    ["promotion of a git tag", promoted(tagEvent("v1.2.3"), "promote", "production"), ["production"], "production"],
    ["rollback", promoted(eventOf(), "rollback", "production"), ["production"], "production"],
    ["promotion to nowhere", promoted(eventOf(), "promote", null), [], null],
    ["custom build of the default branch", eventOf({ kind: "custom" }), ["latest"], null],
    ["custom build of another branch", branchEvent("dev", { kind: "custom" }), ["dev"], "dev"],
    ["custom build of a git tag", tagEvent("v1.2.3", { kind: "custom" }), ["1.2.3", "1.2", "1"], "1.2.3"],
    ["custom build of another tag", tagEvent("x", { kind: "custom" }), ["x"], "x"],
    ["laptop, default branch", eventOf({ kind: "local", buildNumber: null }), ["latest"], null],
    ["laptop, another branch", branchEvent("dev", { kind: "local", buildNumber: null }), ["dev"], "dev"],
    ["laptop, git tag", tagEvent("v1.2.3", { kind: "local", buildNumber: null }), ["1.2.3", "1.2", "1"], "1.2.3"],
    ["laptop, no branch", eventOf({ kind: "local", ref: "", branch: null, buildNumber: null }), [], null],
  ])("%s", (_title, event, tags, version) => {
    const found = evaluate(event);
    expect(found.faults).toEqual([]);
    expect({ tags: found.tags, version: found.version }).toEqual({ tags, version });
  });

  test("is what holds without tags, by name, and in a list", () => {
    for (const tags of [undefined, null, "default", ["default"]])
      expect(tagsOf(tagEvent("v1.2.3"), { tags })).toEqual(["1.2.3", "1.2", "1"]);
    expect(tagsOf(tagEvent("v1.2.3"), { tags: ["default", "type=sha"] })).toEqual(["1.2.3", "1.2", "1", "sha-860c190"]);
  });

  test("an empty list means no moving tags", () => {
    expect(tagsOf(tagEvent("v1.2.3"), { tags: [] })).toEqual([]);
  });

  test.each([
    ["latest=false", eventOf(), ["master"]],
    ["latest=highest", eventOf(), ["master"]],
    ["latest=true", eventOf(), ["latest"]],
    ["latest=auto", eventOf(), ["latest"]],
    ["latest=true", branchEvent("dev"), ["dev", "latest"]],
    ["latest=false", branchEvent("dev"), ["dev"]],
    ["latest=true", tagEvent("v1.2.3"), ["1.2.3", "1.2", "1", "latest"]],
    ["latest=highest", tagEvent("v1.2.3"), ["1.2.3", "1.2", "1", "latest"]],
    ["latest=highest", tagEvent("v1.0.3"), ["1.0.3", "1.0", "1"]],
  ])("with %s", (flavor, event, tags) => expect(tagsOf(event, { flavor, gitTags: ["v1.1.0"] })).toEqual(tags));

  test("with latest by branch", () => {
    const flavor = { latest: { branch: "stable/*" } };
    expect(tagsOf(eventOf(), { flavor })).toEqual(["master"]);
    expect(tagsOf(branchEvent("stable/1"), { flavor })).toEqual(["stable-1", "latest"]);
  });

  test.each([
    ["-alpine", ["1.2.3-alpine", "1.2-alpine", "1-alpine"], ["latest-alpine"]],
    ["alpine", ["1.2.3-alpine", "1.2-alpine", "1-alpine"], ["latest-alpine"]],
  ])("with a target's suffix %s", (suffix, ofTag, ofBranch) => {
    expect(tagsOf(tagEvent("v1.2.3"), { suffix })).toEqual(ofTag);
    expect(tagsOf(eventOf(), { suffix })).toEqual(ofBranch);
    expect(evaluate(tagEvent("v1.2.3"), { suffix }).version).toBe("1.2.3");
  });

  test("with a target's prefix", () => {
    expect(tagsOf(tagEvent("v1.2.3"), { prefix: "alpine-" })).toEqual(["alpine-1.2.3", "alpine-1.2", "alpine-1"]);
    expect(tagsOf(pullRequestEvent(3), { prefix: "alpine-" })).toEqual(["alpine-pr-3"]);
  });
});

describe("auto_tag", () => {
  test.each<Case>([
    ["default branch", eventOf(), ["latest"], null],
    ["another branch", branchEvent("develop"), [], null],
    ["unknown default branch", eventOf({ defaultBranch: null }), [], null],
    ["pull request", pullRequestEvent(32), [], null],
    ["cron on the default branch", eventOf({ kind: "cron" }), ["latest"], null],
    ["padded", tagEvent("v18.06.0"), ["18", "18.06", "18.06.0"], "18.06.0"],
    ["before 1.0", tagEvent("v0.9.0"), ["0.9", "0.9.0"], "0.9.0"],
    ["padded zero", tagEvent("v00.9.0"), ["00.9", "00.9.0"], "00.9.0"],
    ["pre-release", tagEvent("v1.0.0-alpha.1"), ["1.0.0-alpha.1"], "1.0.0-alpha.1"],
    ["padded major", tagEvent("v01.2.3"), ["01", "01.2", "01.2.3"], "01.2.3"],
    ["ten", tagEvent("v10.2.3"), ["10", "10.2", "10.2.3"], "10.2.3"],
    ["padded pre-release", tagEvent("2024.001.00-rc1"), ["2024.1.0-rc1"], "2024.1.0-rc1"],
  ])("%s", (_title, event, tags, version) => {
    const found = evaluate(event, { tags: "auto_tag" });
    expect(found.faults).toEqual([]);
    expect({ tags: found.tags, version: found.version }).toEqual({ tags, version });
  });

  test.each([
    "x1.0.0",
    "20190203",
    "v1.0",
    "v1",
    "v1.2.3.4",
    "V1.2.3",
    "vv1.2.3",
    "app/v1.2.3",
    "v1.2.3-RC_1",
    "v1.2.3-",
    "v1.2.3x",
  ])("%s is an error, as in the plugin", (tag) => {
    const { tags, problems } = evaluate(tagEvent(tag), { tags: "auto_tag" });
    expect(tags).toEqual([]);
    const hint = "auto_tag needs a git tag like v1.2.3; the preset default takes any";
    expect(problems).toEqual([{ path: "tags", message: "the git tag is not a semantic version", got: tag, hint }]);
  });

  test.each(["v1.2.3+build.5", "v1.2.3-rc.1+build.5"])("%s is an error: the plugin's tag has a +", (tag) => {
    const { faults } = evaluate(tagEvent(tag), { tags: "auto_tag" });
    expect(faults).toEqual(["tags: auto_tag would keep the + of the git tag, which no registry accepts"]);
  });

  test.each([
    ["alpine", ["alpine"], ["1-alpine", "1.2-alpine", "1.2.3-alpine"]],
    ["-alpine", ["alpine"], ["1-alpine", "1.2-alpine", "1.2.3-alpine"]],
  ])("with suffix %s", (suffix, ofBranch, ofTag) => {
    expect(tagsOf(eventOf(), { tags: "auto_tag", suffix })).toEqual(ofBranch);
    expect(tagsOf(tagEvent("v1.2.3"), { tags: "auto_tag", suffix })).toEqual(ofTag);
  });

  test("with prefix and suffix", () => {
    expect(tagsOf(eventOf(), { tags: "auto_tag", prefix: "p-", suffix: "s" })).toEqual(["p-s"]);
    expect(tagsOf(eventOf(), { tags: "auto_tag", prefix: "p-" })).toEqual(["p-latest"]);
  });

  test("its latest is not the flavor's, which would come with every release", () => {
    expect(tagsOf(tagEvent("v1.2.3"), { tags: "auto_tag", flavor: "latest=auto" })).toEqual(["1", "1.2", "1.2.3"]);
  });
});

describe("metadata-action", () => {
  test.each<Case>([
    ["push", branchEvent("dev"), ["dev"], "dev"],
    ["git tag", tagEvent("release1"), ["release1", "latest"], "release1"],
    ["pull request", pullRequestEvent(15), ["pr-15"], "pr-15"],
    ["cron", eventOf({ kind: "cron" }), ["nightly", "master"], "nightly"],
  ])("%s", (_title, event, tags, version) => {
    const found = evaluate(event, { tags: "metadata-action" });
    expect({ tags: found.tags, version: found.version, faults: found.faults }).toEqual({ tags, version, faults: [] });
  });
});
