import { expect } from "vitest";
import type { CommandDocument, PlanDocument, TargetDocument } from "../../src/plan/document.ts";
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
export async function planOf(
  files: Record<string, string | object>,
  args: string[],
  env = droneEnv(),
): Promise<PlanDocument> {
  const cwd = await project(files);
  const ended = await run(["plan", "--json", ...args], { cwd, env, commands: noGit! });
  expect(ended.err).toBe("");
  expect(ended.code).toBe(0);
  return JSON.parse(ended.out) as PlanDocument;
}

/** One target of a plan. */
export const target = (plan: PlanDocument, name: string): TargetDocument =>
  plan.targets.find((one) => one.name === name)!;

/** The docker processes of a plan, in order. */
export const commandsOf = ({ steps }: PlanDocument): CommandDocument[] => steps.flatMap(({ commands }) => commands);

/** What bake is told of a target in the step that builds it, or else in the one that would where it is nowhere. */
export function baked({ steps }: PlanDocument, name: string): Record<string, unknown> {
  const builds = [...steps.filter(({ kind }) => kind === "build"), ...steps.filter(({ kind }) => kind === "acquire")];
  const files = builds
    .flatMap(({ commands }) => commands)
    .flatMap(({ stdin }) => (stdin === null ? [] : [JSON.parse(stdin) as { target: Record<string, object> }]));
  return files.find((file) => name in file.target)!.target[name] as Record<string, unknown>;
}
