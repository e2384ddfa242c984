import { describe, expect, test } from "vitest";
import { branchEvent, tagEvent } from "./event-of.ts";
import { evaluate, tagsOf } from "./tags-of.ts";

const semver = ["type=semver,pattern={{version}}"];

describe("latest=highest", () => {
  const all = ["v1.0.0", "v2.0.1", "v1.9.9", "v2.0.0-rc.1", "app/v9.9.9", "test", "3"];

  test.each<[string, unknown, string, readonly string[] | null, string[], string]>([
    ["the highest", semver, "v2.0.1", all, ["2.0.1", "latest"], "no git tag has a higher version"],
    ["higher than all", semver, "v2.1.0", all, ["2.1.0", "latest"], "no git tag has a higher version"],
    ["an old line", semver, "v1.9.9", all, ["1.9.9"], "the git tag v2.0.1 has a higher version"],
    ["no other tags", semver, "v0.0.1", [], ["0.0.1", "latest"], "no git tag has a higher version"],
    [
      "a higher pre-release does not count",
      semver,
      "v2.0.1",
      ["v3.0.0-rc.1"],
      ["2.0.1", "latest"],
      "no git tag has a higher version",
    ],
    ["a pre-release", semver, "v3.0.0-rc.1", all, ["3.0.0-rc.1"], "the first tag is not a final release"],
    ["no version", ["type=sha"], "v3.0.0", all, ["sha-860c190"], "the first tag is not a final release"],
    ["tags not known", semver, "v2.0.1", null, ["2.0.1"], "the git tags are not known, so latest stays where it is"],
    [
      "only tags that match count",
      ['type=semver,pattern={{version}},"match=^app/(.*)$"'],
      "app/v3.0.0",
      ["v4.0.0", "app/v2.0.0"],
      ["3.0.0", "latest"],
      "no git tag has a higher version",
    ],
    [
      "a higher one that matches",
      ['type=semver,pattern={{version}},"match=^app/(.*)$"'],
      "app/v3.0.0",
      ["app/v3.0.1"],
      ["3.0.0"],
      "the git tag app/v3.0.1 has a higher version",
    ],
    [
      "pep440",
      ["type=pep440,pattern={{version}}"],
      "1.10",
      ["1.9", "1.10rc1"],
      ["1.10", "latest"],
      "no git tag has a higher version",
    ],
    [
      "pep440, lower",
      ["type=pep440,pattern={{version}}"],
      "1.9",
      ["1.10"],
      ["1.9"],
      "the git tag 1.10 has a higher version",
    ],
    [
      "calver",
      ["type=calver"],
      "2024.10",
      ["2024.9", "2023.12.5"],
      ["2024.10", "latest"],
      "no git tag has a higher version",
    ],
    ["calver, lower", ["type=calver"], "2024.09", ["2024.10"], ["2024.09"], "the git tag 2024.10 has a higher version"],
    [
      "calver, shorter",
      ["type=calver"],
      "2024.09",
      ["2024.9.1"],
      ["2024.09"],
      "the git tag 2024.9.1 has a higher version",
    ],
    [
      "calver, longer",
      ["type=calver"],
      "2024.9.1",
      ["2024.09"],
      ["2024.9.1", "latest"],
      "no git tag has a higher version",
    ],
    [
      "calver, padded alike",
      ["type=calver"],
      "2024.9",
      ["2024.09"],
      ["2024.9", "latest"],
      "no git tag has a higher version",
    ],
    [
      "match",
      ["type=match,pattern=v(.*),group=1"],
      "v1.2.3",
      ["v1.2.4"],
      ["1.2.3"],
      "the git tag v1.2.4 has a higher version",
    ],
    [
      "match, highest",
      ["type=match,pattern=v(.*),group=1"],
      "v1.2.3",
      ["v1.2.2", "1.2.4"],
      ["1.2.3", "latest"],
      "no git tag has a higher version",
    ],
    ["match of no version", ["type=match,pattern=.*"], "test", [], ["test"], "the first tag is not a final release"],
    ["ref", ["type=ref,event=tag"], "v1.2.3", ["v1.2.4"], ["v1.2.3"], "the git tag v1.2.4 has a higher version"],
    [
      "ref, highest",
      ["type=ref,event=tag"],
      "v1.2.3",
      ["v1.2.3", "v1.2.2"],
      ["v1.2.3", "latest"],
      "no git tag has a higher version",
    ],
    [
      "ref of a pre-release",
      ["type=ref,event=tag"],
      "v1.2.3-rc1",
      [],
      ["v1.2.3-rc1"],
      "the first tag is not a final release",
    ],
    ["ref of no version", ["type=ref,event=tag"], "test", [], ["test"], "the first tag is not a final release"],
  ])("%s", (_title, tags, tag, gitTags, expected, reason) => {
    const found = evaluate(tagEvent(tag), { tags, flavor: "latest=highest", gitTags });
    expect(found).toMatchObject({ tags: expected, faults: [] });
    expect(found.rules.at(-1)).toMatchObject({ rule: "latest=highest", reason });
  });

  test("a branch", () => {
    expect(
      tagsOf(branchEvent("dev"), { tags: ["type=ref,event=branch"], flavor: "latest=highest", gitTags: [] }),
    ).toEqual(["dev"]);
  });
});
