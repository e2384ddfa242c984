import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filledIn } from "../../../src/config/fill-in.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import { buildTag, withAffixes } from "../../../src/core/build-tag.ts";
import type { BuildEvent } from "../../../src/core/event.ts";
import { isTag } from "../../../src/core/reference.ts";
import { isReserved } from "../../../src/core/slug.ts";
import { anyCharacter } from "../tags/any-character.ts";
import { branchEvent, eventOf, tagEvent } from "../tags/event-of.ts";

const filled = (written: WrittenConfig, event: BuildEvent = eventOf(), env: Record<string, string> = {}) => {
  const { config } = resolveConfig(written, "/work");
  return { before: config, ...filledIn(config, { event, now: 0, env, arch: "amd64" }) };
};

/** Names as people give them, and as somebody would who wants a tag that is not theirs. */
const name = fc.oneof(
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    "latest",
    "1.2.3",
    "v2",
    "2-rc.1",
    "pr-7",
    "860c1904a1ce-41",
    "master-860c1904a1ce-41",
    "local-860c1904a1ce",
  ),
);
const text = fc.constantFrom(
  "{{branch}}",
  "-{{branch}}",
  "x-{{branch}}",
  "1.{{branch}}",
  "_{{branch lower first=5}}.y",
);

describe("an affix that holds a name", () => {
  it("is a part of a tag whatever the name is, or an error, and reads as nothing that no branch may give", () => {
    fc.assert(
      fc.property(name, text, text, (branch, prefix, suffix) => {
        const event = branchEvent(branch);
        const { config, problems } = filled({ targets: { app: { repo: "r.io/app", prefix, suffix } } }, event);
        fc.pre(problems.length === 0);
        const [affixes] = config.targets;
        const bare = affixes!.suffix.replace(/^[-_.]/, "");
        expect([isTag(buildTag(event, affixes)), isTag(withAffixes("latest", affixes!))]).toEqual([true, true]);
        expect([isReserved(bare), isReserved(affixes!.prefix), affixes!.prefix.startsWith("pr-")]).toEqual([
          false,
          false,
          false,
        ]);
      }),
    );
  });

  it("is never an error where a word stands before the name", () => {
    fc.assert(
      fc.property(name, (branch) => {
        const target = { repo: "r.io/app", suffix: "-x-{{branch}}", prefix: "x-{{branch}}" };
        expect(filled({ targets: { app: target } }, branchEvent(branch)).problems).toEqual([]);
      }),
    );
  });

  it("of a git tag may be a version", () => {
    const { config } = filled({ targets: { app: { suffix: "-{{tag}}" } } }, tagEvent("v1.2.3"));
    expect(config.targets[0]!.suffix).toBe("-v1.2.3");
  });
});

describe("a config without templates", () => {
  it("stays as it is", () => {
    const targets = { app: { repo: "{{branch}}", args: { A: "{{env.X}}" }, suffix: "-x", platforms: ["linux/amd64"] } };
    const { before, config, problems } = filled({ registry: "r.io", registries: { "r.io": {} }, targets });
    expect(config).toEqual(before);
    expect(config.targets[0]).toBe(before.targets[0]);
    expect(problems).toEqual([]);
  });

  it("is not told again what is wrong with it", () => {
    const written: WrittenConfig = {
      registries: { "r.io": { username: "U" }, "{{env.R}}": {} },
      targets: { app: { needs: "nobody", context: "{{env.R}}" } },
    };
    expect(filled(written, eventOf(), { R: "folder" }).problems).toEqual([]);
  });
});
