import { describe, expect, it } from "vitest";
import { buildTag, example, repositories } from "../support/docker/example.ts";
import { noGit, run } from "../support/host.ts";
import { planOf } from "../support/plans.ts";
import { project } from "../support/project.ts";
import { createRegistry } from "../support/registry/in-memory.js";
import { app, env, errors, files } from "../support/templated.ts";

const dev = { DRONE_COMMIT_REF: "refs/heads/dev", DRONE_BRANCH: "dev" };

describe("a template", () => {
  it.each<[string, string, Record<string, string>, object]>([
    [
      "suffix",
      'targets: { app: { repo: r.io/app, suffix: "-{{env.PY}}" } }',
      {},
      {
        image: "r.io/app:master-860c1904a1ce-42-3.12",
        references: [{ repository: "r.io/app", buildTag: "master-860c1904a1ce-42-3.12", moving: ["latest-3.12"] }],
      },
    ],
    [
      "suffix of the defaults",
      'defaults: { suffix: "-{{target}}" }\ntargets: { app: r.io/app }',
      {},
      { image: "r.io/app:master-860c1904a1ce-42-app" },
    ],
    [
      "prefix",
      'targets: { app: { repo: r.io/app, prefix: "{{arch}}-" } }',
      { DRONE_STAGE_ARCH: "arm64" },
      { image: "r.io/app:arm64-master-860c1904a1ce-42" },
    ],
    [
      "platforms",
      'targets: { app: { repo: r.io/app, platforms: ["linux/{{arch}}", linux/amd64] } }',
      {},
      {
        platforms: ["linux/amd64"],
      },
    ],
    [
      "platforms",
      'targets: { app: { repo: r.io/app, platforms: ["linux/{{arch}}"] } }',
      { DRONE_STAGE_ARCH: "arm64" },
      { platforms: ["linux/arm64"] },
    ],
    [
      "dockerfile",
      'dockerfile: "{{branch}}.Dockerfile"\ntargets: { app: r.io/app }',
      dev,
      {
        dockerfile: "dev.Dockerfile",
      },
    ],
    [
      "dockerfile and context",
      'targets: { app: { repo: r.io/app, context: "{{env.FOLDER}}", dockerfile: "{{env.FOLDER}}/{{env.PY}}/Dockerfile" } }',
      {},
      { context: "docker", dockerfile: "docker/3.12/Dockerfile" },
    ],
    [
      "registry",
      'registry: "{{env.HOST}}"\ntargets: { app: "{{repo}}/{{target}}" }',
      {},
      {
        image: "my.io:5000/octocat/hello-world/app:master-860c1904a1ce-42",
      },
    ],
    [
      "tag rule",
      'tags: ["type=raw,value={{target}}-{{branch lower}}"]\ntargets: { app: r.io/app, other: { repo: r.io/other, target: app } }',
      {},
      { tags: ["app-master"] },
    ],
    [
      "tag rule with a changed name",
      `tags: ["type=raw,value={{branch without='freeze/' lower first=3}}"]\ntargets: { app: r.io/app }`,
      { DRONE_COMMIT_REF: "refs/heads/freeze/May-Day" },
      { tags: ["may"] },
    ],
    [
      "argument and label",
      'targets: { app: { repo: r.io/app, args: { A: "{{arch}}/{{sha first=10}}" }, labels: { l: "{{target}} of {{repo}}" } } }',
      {},
      {
        args: { A: "amd64/860c1904a1" },
        labels: expect.objectContaining({ l: "app of octocat/hello-world" }) as object,
      },
    ],
  ])("in %s is filled in: %s", async (_, config, changes, expected) => {
    expect(await app(config, changes)).toMatchObject(expected);
  });

  it("of the target's name gives targets that share their rules tags of their own", async () => {
    const config = `tags: ["type=raw,value={{target}}"]
flavor: "suffix=-{{target}},onlatest=true"
targets: { app: r.io/one, other: { repo: r.io/two, target: app } }`;
    const plan = await planOf(files(config), [], env());
    expect(plan.targets.map(({ tags }) => tags)).toEqual([["app-app"], ["other-other"]]);
  });

  it("in the names under registries says where to log in, and how", async () => {
    const config = `registries: { "{{env.HOST}}": { username: U, password: P } }\ntargets: { app: my.io:5000/app }`;
    const plan = await planOf(files(config), [], env({ U: "me", P: "swordfish" }));
    const [login] = plan.steps.filter(({ kind }) => kind === "login");
    expect(login?.commands[0]?.argv).toEqual(expect.arrayContaining(["my.io:5000"]));
  });

  it.each<[string, string, string]>([
    ["DRONE_STAGE_ARCH", "arm64", "arm64"],
    ["DRONE_STAGE_ARCH", "", "amd64"],
    ["DRONE_STAGE_ARCH", "../x", "amd64"],
    ["CI_SYSTEM_PLATFORM", "linux/riscv64", "riscv64"],
    ["CI_SYSTEM_PLATFORM", "linux/arm/v7", "arm"],
  ])("arch in a build with %s=%j is %s", async (name, value, expected) => {
    const found = await app('targets: { app: { repo: r.io/app, args: { A: "{{arch}}" } } }', { [name]: value });
    expect(found.args).toEqual({ A: expected });
  });

  it("of a name that a branch's author has chosen gives a part of a tag, whatever it is", async () => {
    const suffix = async (branch: string) => {
      const found = await app('targets: { app: { repo: r.io/app, suffix: "-{{branch}}" } }', {
        DRONE_COMMIT_REF: `refs/heads/${branch}`,
      });
      return /-42(.*)$/.exec(found.image!)![1];
    };
    expect(await suffix("feature/login")).toBe("-feature-login");
    expect(await suffix(`long/${"x".repeat(60)}`)).toMatch(/^-long-x{18}-[0-9a-f]{8}$/);
    for (const branch of ["1.2.3", "latest", "pr-7", "860c1904a1ce-41"])
      expect(await suffix(branch)).toMatch(/^-.*[a-z_].*-[0-9a-f]{8}$/);
  });

  it.each([
    ["a version", '"1.{{branch}}"', "refs/heads/2-rc"],
    ["another build's tag", '"-860c1904a1ce-{{branch}}"', "refs/heads/41-x"],
  ])("does not let a branch give %s", async (_, suffix, ref) => {
    const config = `targets:\n  app:\n    repo: r.io/app\n    suffix: ${suffix}`;
    expect(await errors(config, { DRONE_COMMIT_REF: ref })).toEqual([
      2,
      expect.stringMatching(/targets\.app\.suffix: would read as a version, as latest, or as another build's tag/),
    ]);
  });
});

describe("two agents that build one target with other arguments", () => {
  const config = 'targets: { app: { repo: r.io/app, suffix: "-{{env.PY}}", args: { PY: "{{env.PY}}" } } }';

  it("give it other build tags and moving tags", async () => {
    const [one, other] = [await app(config, { PY: "3.11" }), await app(config, { PY: "3.12" })];
    const all = (found: typeof one) =>
      found.references.flatMap(({ buildTag: own, moving }) => [own!, ...moving]).concat(found.image!);
    expect(all(one).filter((tag) => all(other).includes(tag))).toEqual([]);
    expect(all(one)).toContain("latest-3.11");
  });

  it("publish both images, each with its own moving tag", async () => {
    const [name = ""] = repositories;
    const options = {
      config: '"reuse":true,"pull":true,"env":["PY"]',
      dockerfile: "FROM python:3.8-slim AS app\nARG PY\nRUN echo $PY > /py\n",
      targets: { app: { repo: name, suffix: "-{{env.PY}}", args: { PY: "{{env.PY}}" } } },
    };
    const registry = createRegistry();
    const digests = [];
    for (const PY of ["3.11", "3.12"]) {
      const agent = await example({ ...options, registry });
      expect(await agent.run([], { PY })).toMatchObject({ code: 0 });
      digests.push(registry.digest(name, `latest-${PY}`));
    }
    expect(new Set(digests).size).toBe(2);
    expect(digests).toEqual(["3.11", "3.12"].map((PY) => registry.digest(name, `${buildTag(42)}-${PY}`)));
  });

  it("are told apart by every command", async () => {
    const cwd = await project(files(config));
    const ref = await run(["ref", "app"], { cwd, env: env(), commands: noGit! });
    const tags = await run(["tags", "app"], { cwd, env: env(), commands: noGit! });
    expect([ref.out, tags.out]).toEqual([
      "r.io/app:master-860c1904a1ce-42-3.12\n",
      "master-860c1904a1ce-42-3.12\nlatest-3.12\n",
    ]);
  });
});
