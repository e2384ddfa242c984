import { type Reference, parseRepository } from "../../src/core/reference.ts";
import type { Plan, PlannedTarget } from "../../src/plan/plan.ts";
import { eventOf } from "../unit/tags/event-of.ts";

const buildTag = "master-860c1904a1ce-42";

/** What is different about a target. Its places are made from `repositories` and `tags` where they are not given. */
type Changes = Partial<PlannedTarget> & { repositories?: readonly string[] };

/** A target of build 42 of octocat/hello-world; `changes` say what is different. */
export function planned(
  name: string,
  { repositories = [`localhost/${name}`], ...changes }: Changes = {},
): PlannedTarget {
  const tags = changes.tags ?? ["latest"];
  return {
    name,
    stage: name,
    dockerfile: "Dockerfile",
    context: ".",
    places: repositories.map((repository) => ({
      repository: parseRepository(repository),
      buildTag,
      moving: [...tags],
    })),
    tags,
    affixes: { prefix: "", suffix: "" },
    buildAffixes: { prefix: "", suffix: "" },
    version: null,
    image: reference(`${repositories[0] ?? name}:${buildTag}`),
    needs: [],
    base: null,
    layersFrom: [],
    bind: [],
    args: {},
    labels: labelsOf(42, name),
    push: true,
    implied: false,
    secrets: [],
    ssh: [],
    contexts: {},
    platforms: [],
    partOf: null,
    isElsewhere: false,
    attest: { provenance: null, sbom: false },
    annotations: {},
    network: "default",
    extraHosts: {},
    cacheFrom: [],
    cacheTo: [],
    isBase: false,
    inputs: { known: "", facts: [], images: [], unknown: "a test does not say" },
    variants: {},
    reuseFrom: [],
    reuseBuilds: [],
    ...changes,
  };
}

/** A plan of these targets, which has no steps; `changes` say what else is different. */
export function planWith(targets: readonly PlannedTarget[], changes: Partial<Plan> = {}): Plan {
  return {
    event: eventOf(),
    buildTag,
    push: targets.some(({ push }) => push),
    pushReason: "a test",
    promotes: null,
    store: "host",
    targets: [...targets],
    shared: [],
    steps: [],
    warnings: [],
    ...changes,
  };
}

/** `a.com/app:1` taken apart. */
export function reference(written: string): Reference {
  const colon = written.lastIndexOf(":");
  return { repository: parseRepository(written.slice(0, colon)), tag: written.slice(colon + 1) };
}

/** The labels by which a build knows its own image of a target, and how old another one is. */
export function labelsOf(build: number, target: string): Record<string, string> {
  return {
    "org.opencontainers.image.revision": eventOf().sha,
    "multistage-build.build-tag": buildTag.replace("42", String(build)),
    "multistage-build.build-number": String(build),
    "multistage-build.repository": "octocat/hello-world",
    "multistage-build.target": target,
  };
}
