import fc from "fast-check";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { bakeInvocation } from "../../src/builders/bake-definition.ts";
import { show } from "../../src/docker/invocation.ts";
import { project } from "../support/project.ts";
import { planned, planWith, reference } from "../support/planned.ts";
import { docker, engines } from "./rig.ts";
import { newSpace } from "./workspace.ts";

const engine = engines.find(({ buildx }) => buildx);

it.skipIf(engine === undefined)("bake has every value as it is, whatever it could make of it", async () => {
  const piece = fc.constantFrom("$", "{", "}", "%", "a", '"', "\\", "\n", "${A}", "%{if true}", "$${", "%%{", "ü");
  const samples = fc.sample(fc.array(piece, { maxLength: 8 }), { numRuns: 300, seed: 1 });
  const labels = Object.fromEntries(samples.map((pieces, at) => [`${at} ${pieces.join("")}`, pieces.join("")]));
  const cwd = await project({ Dockerfile: "FROM scratch AS app\nCOPY Dockerfile /\n" });
  const image = `localhost:1/${newSpace()}:1`;
  const target = planned("app", { labels, push: false, places: [], image: reference(image) });
  const options = {
    directory: cwd,
    pushed: [],
    loaded: [],
    builder: null,
    store: "host" as const,
    noCache: false,
    pull: false,
  };
  const input = show(bakeInvocation([target], planWith([target]), options).stdin!);
  await execa("docker", ["buildx", "bake", "-f", "-"], { cwd, env: engine!.env, extendEnv: false, input });
  onTestFinished(async () => void (await docker(engine!, ["image", "rm", image])));
  const inspected = await docker(engine!, ["image", "inspect", "--format", "{{json .Config.Labels}}", image]);
  expect(JSON.parse(inspected)).toEqual(labels);
});
