import type { PlannedTarget } from "../../src/plan/plan.ts";

const buildTag = "master-860c1904a1ce-42";

/** A target of build 42 of octocat/hello-world; `changes` say what is different. */
export function planned(name: string, changes: Partial<PlannedTarget> = {}): PlannedTarget {
  const { repositories = [`localhost/${name}`], tags = ["latest"] } = changes;
  return {
    name,
    stage: name,
    dockerfile: "Dockerfile",
    context: ".",
    repositories,
    tags,
    affixes: { prefix: "", suffix: "" },
    version: null,
    image: `${repositories[0] ?? name}:${buildTag}`,
    immutable: repositories.map((repository) => `${repository}:${buildTag}`),
    moving: repositories.flatMap((repository) => tags.map((tag) => `${repository}:${tag}`)),
    needs: [],
    base: null,
    bind: [],
    args: {},
    labels: labelsOf(42),
    push: true,
    implied: false,
    secrets: [],
    ssh: [],
    contexts: {},
    platforms: [],
    cacheFrom: [],
    inlineCache: false,
    ...changes,
  };
}

/** The labels by which a build knows its own images and how old another one is. */
export function labelsOf(build: number): Record<string, string> {
  return {
    "multistage-build.build-tag": buildTag.replace("42", String(build)),
    "multistage-build.build-number": String(build),
    "multistage-build.repository": "octocat/hello-world",
  };
}
