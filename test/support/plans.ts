import { expect } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { noGit, run } from "./host.ts";
import { droneEnv, project } from "./project.ts";

/** A base, two apps on it and a tool that one of them copies, as files. */
export const linked = {
  "package.json": {},
  Dockerfile: `FROM scratch AS tool
FROM python:3.8-slim AS base
RUN pip install -r requirements.txt
FROM base AS app1
RUN make app1
FROM base AS app2
COPY --from=tool /tool /tool
`,
  "multistage-build.config.yaml": `targets:
  base: my-registry.com/base
  app1: my-registry.com/app1
  app2: [my-registry.com/app2, docker.io/acme/app2]
`,
};

/** The plan of a project with these files, as `plan --json` prints it. */
export async function planOf(files: Record<string, string | object>, args: string[], env = droneEnv()): Promise<Plan> {
  const cwd = await project(files);
  const ended = await run(["plan", "--json", ...args], { cwd, env, commands: noGit! });
  expect(ended.err).toBe("");
  expect(ended.code).toBe(0);
  return JSON.parse(ended.out) as Plan;
}

/** One target of a plan. */
export const target = (plan: Plan, name: string) => plan.targets.find((one) => one.name === name)!;

/** What bake is told of a target. */
export function baked(plan: Plan, name: string): Record<string, unknown> {
  const files = plan.commands
    .filter(({ kind, otherwise }) => kind === "build" && !otherwise)
    .map(({ stdin }) => JSON.parse(stdin!) as { target: Record<string, Record<string, unknown>> });
  return files.find((file) => name in file.target)!.target[name]!;
}
