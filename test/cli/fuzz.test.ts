import { writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spoiltConfig } from "../support/fuzz/configs.ts";
import { spoiltDockerfile } from "../support/fuzz/dockerfiles.ts";
import { hostileEnvironment } from "../support/fuzz/events.ts";
import { longest, failureIn } from "../support/fuzz/pieces.ts";
import { noGit, run } from "../support/host.ts";
import { droneEnv, project, questionDockerfile } from "../support/project.ts";

const lawful = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
/** What neither a branch nor an environment may ever move: `latest`, versions, and what is a pull request's. */
const reserved = /^(?:latest(?:$|[-_.])|[vV]?\d+(?:\.\d+)*$|[vV]?\d+(?:\.\d+)+(?:[-_.]|(?:a|b|rc)\d)|pr-)/;
/** As long as it takes for as many as are asked for. */
const forever = 24 * 3600 * 1000;

interface Planned {
  event: { kind: string; branch: string | null; defaultBranch: string | null; pullRequest: number | null };
  buildTag: string;
  targets: { references: { buildTag: string; moving: string[] }[] }[];
}

/** Runs a command, which does what it is asked for or says what is wrong, and takes no longer than it may. */
async function ended(argv: readonly string[], world: { cwd: string; env: Record<string, string> }) {
  const since = process.cpuUsage();
  const { code, out, err } = await run(argv, { commands: noGit!, ...world });
  const { user, system } = process.cpuUsage(since);
  expect((user + system) / 1000).toBeLessThan(longest);
  expect(err).not.toContain("This is a bug");
  expect([0, 2], err).toContain(code);
  expect(code === 2 ? err : "error ").toContain("error ");
  return { code, out };
}

/** The plan, all of whose tags are lawful; null where the input is said to be wrong. */
async function planned(world: { cwd: string; env: Record<string, string> }): Promise<Planned | null> {
  const { code, out } = await ended(["plan", "--json"], world);
  const document = JSON.parse(out) as Planned;
  if (code === 2) return null;
  const tags = document.targets.flatMap(({ references }) =>
    references.flatMap(({ buildTag, moving }) => [buildTag, ...moving]),
  );
  expect([document.buildTag, ...tags].filter((tag) => !lawful.test(tag))).toEqual([]);
  return document;
}

/** The moving tags that a build must not get that is none of a release. */
function stolen({ event, targets }: Planned, rules: string): string[] {
  const moving = targets.flatMap(({ references }) => references.flatMap((one) => one.moving));
  if (event.pullRequest !== null) return moving.filter((tag) => !tag.startsWith(`pr-${event.pullRequest}`));
  const isDeployed = rules === "default" && ["promote", "rollback"].includes(event.kind);
  if (event.branch === null && !isDeployed) return [];
  const own = event.branch === event.defaultBranch ? ["latest", "latest-alpine"] : [];
  return moving.filter((tag) => reserved.test(tag) && !own.includes(tag));
}

describe("whatever comes in is answered in words", () => {
  it.each(["default", "auto_tag", "metadata-action"])(
    "a build event under the rules %s: never a tag that is another's",
    { timeout: forever },
    async (tags) => {
      const targets = { "build-base": "r.io/p/base", app1: { repo: "r.io/p/app", suffix: "alpine" } };
      const cwd = await project({
        "package.json": {},
        Dockerfile: questionDockerfile,
        "multistage-build.config.json": { tags, targets },
      });
      const others = [["tags", "--explain"], ["ref", "app1"], ["--dry-run"], ["push", "--dry-run", "--json"]];
      const check = async ([env, argv]: [Record<string, string>, string[]]) => {
        const plan = await planned({ cwd, env });
        expect(plan === null ? [] : stolen(plan, tags)).toEqual([]);
        await ended(argv, { cwd, env });
      };
      expect(await failureIn(fc.tuple(hostileEnvironment, fc.constantFrom(...others)), 40, check, 3)).toBeNull();
    },
  );

  it("a config", { timeout: forever }, async () => {
    const dockerfile = questionDockerfile.replaceAll("build-base", "base").replaceAll("app2", "app");
    const check = async ([{ name, text }, isTag]: [{ name: string; text: string }, boolean]) => {
      const cwd = await project({ "package.json": {}, Dockerfile: dockerfile, [name]: text });
      const ofTag = isTag ? { DRONE_BUILD_EVENT: "tag", DRONE_COMMIT_REF: `refs/tags/v1.2.3-${"a".repeat(90)}` } : {};
      const env = droneEnv({ A: "a", USER_NAME: "u", PASSWORD: "hunter2two", NPM_TOKEN: "tok-9Zx8cV7b", ...ofTag });
      await planned({ cwd, env });
    };
    expect(await failureIn(fc.tuple(spoiltConfig, fc.boolean()), 60, check)).toBeNull();
  });

  it("a Dockerfile", { timeout: forever }, async () => {
    const targets = { base: "x.io/base", tools: "x.io/tools", app: { repo: "x.io/app", args: { V: "{{branch}}" } } };
    const cwd = await project({ "package.json": {}, "multistage-build.config.json": { reuse: true, targets } });
    const check = async (text: string) => {
      await writeFile(path.join(cwd, "Dockerfile"), text);
      await planned({ cwd, env: droneEnv() });
    };
    expect(await failureIn(spoiltDockerfile, 60, check)).toBeNull();
  });
});
