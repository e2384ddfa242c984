import { describe, expect, it } from "vitest";
import { baked, commandsOf, linked, planOf, target } from "../support/plans.ts";
import { question } from "../support/project.ts";

describe("what a target is built on", () => {
  it("binds apps to the base that is built with them", async () => {
    const plan = await planOf(linked, []);
    expect(plan.targets.map(({ name }) => name)).toEqual(["base", "app1", "app2"]);
    expect(target(plan, "app1")).toMatchObject({
      base: "base",
      needs: ["base"],
      bind: [{ stage: "base", target: "base" }],
    });
    expect(baked(plan, "app1")).toMatchObject({
      contexts: { base: "docker-image://my-registry.com/base:master-860c1904a1ce-42@$DIGEST_base" },
      labels: { "org.opencontainers.image.base.name": "my-registry.com/base:master-860c1904a1ce-42" },
      output: ["type=image,push=true"],
    });
    expect(target(plan, "app2").references).toHaveLength(2);
  });

  it("looks for a base that is not built with them: on the host, in the registry, and builds it only then", async () => {
    const plan = await planOf(linked, ["app1"]);
    expect(plan.targets).toMatchObject([
      { name: "base", implied: true, push: true },
      { name: "app1", implied: false, push: true },
    ]);
    const image = "my-registry.com/base:master-860c1904a1ce-42";
    expect(
      plan.steps.map(({ kind, targets, commands }) => [
        kind,
        targets,
        commands.map(({ argv, otherwise }) => `${otherwise ? "|| " : ""}${argv.slice(0, 3).join(" ")}`),
      ]),
    ).toEqual([
      ["resolve", ["base", "app1"], []],
      ["reuse", ["base", "app1"], []],
      [
        "acquire",
        ["base"],
        [
          "docker image inspect",
          `docker push ${image}`,
          `|| docker pull ${image}`,
          "|| docker buildx bake",
          `|| docker push ${image}`,
        ],
      ],
      ["build", ["app1"], ["docker buildx bake"]],
      ["prove", ["base", "app1"], ["docker image inspect"]],
      ["move", ["app1"], ["docker buildx imagetools"]],
    ]);
    expect(baked(plan, "app1")).toMatchObject({ contexts: { base: `docker-image://${image}@$DIGEST_base` } });
  });

  it("anchors a shared stage that no target is, for the steps to come", async () => {
    const plan = await planOf(question, ["app1"]);
    expect(plan.targets).toMatchObject([{ name: "build-base", implied: true, references: [] }, { name: "app1" }]);
    const anchor = "multistage-build.invalid/octocat/hello-world/build-base:master-860c1904a1ce-42";
    expect(baked(plan, "app1")).toMatchObject({ contexts: { "build-base": `docker-image://${anchor}` } });
    expect(commandsOf(plan)[0]!.argv).toEqual(["docker", "image", "inspect", anchor]);
  });

  it("builds another Dockerfile on a base that is given as an argument", async () => {
    const files = {
      "package.json": {},
      "base.Dockerfile": "FROM python:3.8-slim\nRUN true\n",
      "app.Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true\n",
      "multistage-build.config.yaml": `targets:
  app: { repo: x.io/app, dockerfile: app.Dockerfile, args: { BASE_IMAGE: "{{ref.base}}" } }
  base: { repo: x.io/base, dockerfile: base.Dockerfile }
`,
    };
    const plan = await planOf(files, []);
    const image = "x.io/base:master-860c1904a1ce-42";
    expect(plan.targets.map(({ name }) => name)).toEqual(["base", "app"]);
    expect(target(plan, "app")).toMatchObject({
      base: "base",
      needs: ["base"],
      args: { BASE_IMAGE: image },
      stage: "",
    });
    expect(baked(plan, "app")).toMatchObject({ contexts: { [image]: `docker-image://${image}@$DIGEST_base` } });
  });

  it("does not bind where an ARG of the base would be lost", async () => {
    const dockerfile = linked.Dockerfile.replace("RUN pip", "ARG PIP_INDEX=x\nRUN pip");
    const plan = await planOf({ ...linked, Dockerfile: dockerfile }, []);
    expect(target(plan, "app1")).toMatchObject({ base: "base", needs: ["base"], bind: [] });
    expect(plan.warnings).toContainEqual({ code: "not-bound", message: expect.stringContaining("ARG PIP_INDEX") });
  });

  it("binds an app that has an argument of its own, which the base cannot see", async () => {
    const dockerfile = linked.Dockerfile.replace("RUN make app1", "ARG VERSION\nRUN make app1");
    const config = linked["multistage-build.config.yaml"].replace(
      "app1: my-registry.com/app1",
      'app1: { repo: my-registry.com/app1, args: { VERSION: "{{version}}" } }',
    );
    const plan = await planOf({ ...linked, Dockerfile: dockerfile, "multistage-build.config.yaml": config }, []);
    expect(target(plan, "app1")).toMatchObject({ base: "base", bind: [{ stage: "base", target: "base" }] });
    // What the label says, too.
    expect(target(plan, "app1").args).toEqual({ VERSION: "master-860c1904a1ce-42" });
  });

  it("binds each app of a matrix to the base with the same arguments, and another to none", async () => {
    const dockerfile = "ARG PY=3.8\nFROM python:${PY} AS base\nRUN true\nFROM base AS app\nRUN true\n";
    const both = (name: string, stage: string, py: string) =>
      `  ${name}: { repo: x.io/${name}, target: ${stage}, args: { PY: "${py}" } }\n`;
    const config = `targets:\n${both("base38", "base", "3.8")}${both("base39", "base", "3.9")}${both("app38", "app", "3.8")}${both("app39", "app", "3.9")}${both("app40", "app", "3.10")}`;
    const plan = await planOf(
      { "package.json": {}, Dockerfile: dockerfile, "multistage-build.config.yaml": config },
      [],
    );
    expect(target(plan, "app38")).toMatchObject({ base: "base38", bind: [{ target: "base38" }] });
    expect(target(plan, "app39")).toMatchObject({ base: "base39", bind: [{ target: "base39" }] });
    expect(target(plan, "app40")).toMatchObject({ base: null, bind: [], needs: [] });
    expect(plan.warnings).toContainEqual({
      code: "other-base",
      message: expect.stringContaining("the argument PY differs"),
    });
  });
});
