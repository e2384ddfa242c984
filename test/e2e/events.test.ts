import { beforeAll, describe, expect, it } from "vitest";
import { droneEnv, project, questionDockerfile } from "../support/project.ts";
import { baseImage, build, digestOf, docker, engines, ensureBaseImage, imageIn, registry, tagsIn } from "./rig.ts";
import { newSpace } from "./workspace.ts";

const sha = "860c1904a1ce";
const events = {
  dev: { DRONE_COMMIT_REF: "refs/heads/dev", DRONE_BRANCH: "dev", DRONE_BUILD_NUMBER: "41" },
  master: { DRONE_BUILD_NUMBER: "42" },
  tag: {
    DRONE_BUILD_EVENT: "tag",
    DRONE_COMMIT_REF: "refs/tags/v1.2.3-rc.1",
    DRONE_TAG: "v1.2.3-rc.1",
    DRONE_BRANCH: "",
    DRONE_BUILD_NUMBER: "43",
  },
  pullRequest: { DRONE_BUILD_EVENT: "pull_request", DRONE_COMMIT_REF: "refs/pull/17/head", DRONE_BUILD_NUMBER: "44" },
} as const;

const config = (space: string) => `dockerfile: multistage.Dockerfile
targets:
  base: ${registry}/${space}/base
  app1: ${registry}/${space}/app1
  app2: ${registry}/${space}/app2
`;

/** The question's project with a place of its own in the registry and on the engine. */
function questionIn(space = newSpace(), dockerfile = questionDockerfile) {
  // Nothing that another test has built is in the cache of this one.
  const own = dockerfile.replace("dependencies >", `${space} >`).replaceAll("python:3.8-slim", baseImage);
  return {
    space,
    files: { "multistage-build.config.yaml": config(space), "multistage.Dockerfile": own, "package.json": {} },
  };
}

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it("publishes each event under its tags, and a pull request not at all", async () => {
    const { space, files } = questionIn();
    const cwd = await project(files);
    const held: string[] = [];
    for (const [name, tags] of [
      ["pullRequest", []],
      ["dev", [`dev-${sha}-41`, "dev"]],
      ["master", [`master-${sha}-42`, "latest"]],
      ["tag", [`v1.2.3-rc.1-${sha}-43`, "1.2.3-rc.1"]],
    ] as const) {
      const ended = await build(engine, cwd, droneEnv(events[name]));
      expect(ended, name).toMatchObject({ code: 0 });
      held.push(...tags);
      for (const target of ["base", "app1", "app2"]) {
        expect(await tagsIn(`${space}/${target}`), `${name} of ${target}`).toEqual(held.toSorted());
      }
    }
    // The moving tag is the very image of the build tag.
    expect(await digestOf(`${space}/app1`, "latest")).toBe(await digestOf(`${space}/app1`, `master-${sha}-42`));
    // The pull request's images are on the host, and named as its own.
    expect(await docker(engine, ["image", "ls", "-q", `${registry}/${space}/app1:pr-17-${sha}-44`])).not.toBe("");
  });

  it("stands the apps on one shared stage, and a second run is all cached", async () => {
    const { space, files } = questionIn();
    const cwd = await project(files);
    const first = await build(engine, cwd, droneEnv(events.master), ["--json"]);
    expect(JSON.parse(first.out).targets).toMatchObject([{ cached: false }, { cached: false }, { cached: false }]);
    const [app1, app2] = await Promise.all(["app1", "app2"].map((name) => imageIn(`${space}/${name}`, "latest")));
    // The base image and the dependencies, then what is each app's own.
    expect(app1!.layers.slice(0, 2)).toEqual(app2!.layers.slice(0, 2));
    expect(app1!.layers).not.toEqual(app2!.layers);
    expect(app1!.labels).toMatchObject({
      "org.opencontainers.image.title": "app1",
      "org.opencontainers.image.created": "2020-01-10T00:30:00.000Z",
      "multistage-build.build-tag": `master-${sha}-42`,
    });
    const second = await build(engine, cwd, droneEnv({ DRONE_BUILD_NUMBER: "45" }), ["--json"]);
    expect(JSON.parse(second.out).targets).toMatchObject([{ cached: true }, { cached: true }, { cached: true }]);
    expect((await imageIn(`${space}/app1`, "latest")).layers).toEqual(app1!.layers);
  });

  it("names the target that failed, its last lines and its place, and moves no tag", async () => {
    const { space, files } = questionIn(
      newSpace(),
      questionDockerfile.replace("RUN echo app2 > /app", "RUN echo broken pipe; exit 3"),
    );
    const cwd = await project(files);
    const ended = await build(engine, cwd, droneEnv(events.master));
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/error.*app2/);
    expect(ended.err).toContain("broken pipe");
    expect(ended.err).toContain("multistage.Dockerfile:8");
    expect(ended.out).toMatch(/app2 .*failed/);
    for (const target of ["base", "app1", "app2"]) expect(await tagsIn(`${space}/${target}`)).not.toContain("latest");
  });

  it("builds, lets a test run, and pushes what was built", async () => {
    const { space, files } = questionIn();
    const cwd = await project(files);
    const ci = droneEnv(events.master);
    expect(await build(engine, cwd, ci, ["--no-push"])).toMatchObject({ code: 0 });
    expect(await tagsIn(`${space}/app1`)).toEqual([]);
    const reference = (await build(engine, cwd, ci, ["ref", "app1"])).out.trim();
    expect(await docker(engine, ["run", "--rm", "--network=none", reference, "cat", "/app"])).toBe("app1");
    const pushed = await build(engine, cwd, ci, ["push"]);
    expect(pushed).toMatchObject({ code: 0 });
    expect(await tagsIn(`${space}/app1`)).toEqual(["latest", `master-${sha}-42`]);
  });

  it("refuses to push what this build has not built", async () => {
    const { files } = questionIn();
    const cwd = await project(files);
    const ended = await build(engine, cwd, droneEnv(events.master), ["push", "app1"]);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain("is not on this host");
  });
});
