import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** The program as it is installed. */
export const program = path.resolve(import.meta.dirname, "../../bin/multistage-build.js");

/** What Drone sets on a push to master, for a child process. */
export const drone = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:DRONE|CI)/.test(name))),
  CI: "true",
  DRONE: "true",
  DRONE_REPO: "octocat/hello-world",
  DRONE_REPO_BRANCH: "master",
  DRONE_COMMIT_SHA: "860c1904a1ce19322e91ac35af1ab07466440c37",
  DRONE_COMMIT_REF: "refs/heads/master",
  DRONE_BUILD_EVENT: "push",
  DRONE_BUILD_NUMBER: "42",
};

/**
 * Makes a temporary folder with these files.
 *
 * @param {Record<string, string>} files
 */
export function folder(files) {
  const made = mkdtempSync(path.join(os.tmpdir(), "multistage-build-bench-"));
  for (const [name, text] of Object.entries({ "package.json": "{}", ...files }))
    writeFileSync(path.join(made, name), text);
  return made;
}

/** The question's own example. */
export function question() {
  return folder({
    "multistage-build.config.yaml": `dockerfile: multistage.Dockerfile
targets:
  base: my-registry.com/myproject/base
  app1: my-registry.com/myproject/app1
  app2: my-registry.com/myproject/app2
`,
    "multistage.Dockerfile": `FROM python:3.8-slim as build-base
RUN pip install -r requirements.txt
FROM python:3.8-slim as base
COPY --from=build-base /deps /deps
FROM build-base as app1
RUN make app1
FROM build-base as app2
RUN make app2
`,
  });
}

/**
 * A base and so many apps on it.
 *
 * @param {number} apps
 */
export function many(apps) {
  const names = Array.from({ length: apps }, (_, at) => `app${at + 1}`);
  const stages = names.map((name) => `FROM base AS ${name}\nRUN make ${name}\n`).join("");
  const targets = names.map((name) => `  ${name}: my-registry.com/myproject/${name}\n`).join("");
  return folder({
    Dockerfile: `FROM python:3.8-slim AS base\nRUN pip install -r requirements.txt\n${stages}`,
    "multistage-build.config.yaml": `targets:\n  base: my-registry.com/myproject/base\n${targets}`,
  });
}
