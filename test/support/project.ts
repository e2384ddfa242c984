import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** Makes a folder with `files` (path → text, or an object for JSON) that is removed when the test ends. */
export async function project(files: Readonly<Record<string, string | object>>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "project-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

/** The Dockerfile of the question that this program answers. */
export const questionDockerfile = `FROM python:3.8-slim as build-base
RUN echo dependencies > /dependencies
FROM python:3.8-slim as base
COPY --from=build-base /dependencies /dependencies
FROM build-base as app1
RUN echo app1 > /app
FROM build-base as app2
RUN echo app2 > /app
`;

/** Its config. */
export const questionConfig = `dockerfile: multistage.Dockerfile
targets:
  base: my-registry.com/myproject/base
  app1: my-registry.com/myproject/app1
  app2: my-registry.com/myproject/app2
`;

/** The question's project as files. */
export const question = {
  "multistage-build.config.yaml": questionConfig,
  "multistage.Dockerfile": questionDockerfile,
  // cosmiconfig searches up to the project's root.
  "package.json": {},
};

/** What Drone sets on a push; `changes` say what is different. */
export function droneEnv(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    CI: "true",
    DRONE: "true",
    DRONE_REPO: "octocat/hello-world",
    DRONE_REPO_BRANCH: "master",
    DRONE_COMMIT_SHA: "860c1904a1ce19322e91ac35af1ab07466440c37",
    DRONE_COMMIT_REF: "refs/heads/master",
    DRONE_BRANCH: "master",
    DRONE_BUILD_EVENT: "push",
    DRONE_BUILD_NUMBER: "42",
    DRONE_BUILD_CREATED: "1578616200",
    ...changes,
  };
}
