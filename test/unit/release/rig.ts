import type { Failure } from "../../../src/core/failure.ts";
import { parseRepository } from "../../../src/core/reference.ts";
import type { Host } from "../../../src/host/host.ts";
import { ownLabels, versionLabel } from "../../../src/plan/labels.ts";
import { buildTagReferences, type Plan, type PlannedTarget } from "../../../src/plan/plan.ts";
import { openRegistries } from "../../../src/registry/registries.ts";
import { moveTags } from "../../../src/release/move-tags.ts";
import { newState, type Release } from "../../../src/release/run-state.ts";
import { memoryFiles } from "../../support/docker/files.ts";
import { fakeHost } from "../../support/host.ts";
import { createRegistry, type InMemoryRegistry } from "../../support/registry/in-memory.js";

/** A build whose images are up, or are to be. */
export interface BuildOptions {
  number?: number;
  /** The git tag's version; null for a push to a branch. */
  version?: string | null;
  /** Its moving tags. */
  tags?: string[];
  /** The repositories of each target. */
  targets?: Record<string, string[]>;
  suffix?: string;
  /** Where build tags go instead of there. */
  builds?: string;
  /** The repository of the source. */
  source?: string;
  force?: boolean;
  /** What is different in its surroundings. */
  host?: Partial<Host>;
}

/** The build tag of a build of octocat/hello-world. */
export const buildTag = (number: number) => `master-860c1904a1ce-${number}`;

/** One build's moving pass, by itself: its images, what moves their tags, and what was said. */
export function movingPass(registry: InMemoryRegistry, options: BuildOptions = {}) {
  const { number = 42, version = null, tags = ["latest"], suffix = "", source = "octocat/hello-world" } = options;
  const notes: string[] = [];
  const host: Host = {
    ...fakeHost([], { cwd: "/", request: registry.handle }, { out: "", err: "", commands: [] }),
    // Nothing is waited for but the registry.
    files: { ...memoryFiles("/", {}), list: async () => [] },
    ...options.host,
  };
  const siblings = Object.keys(options.targets ?? { app: [] });
  const target = (name: string, repositories: readonly string[]): PlannedTarget => {
    const { builds } = options;
    const own = { buildTag: buildTag(number) + suffix, moving: tags.map((tag) => tag + suffix) };
    const home = builds === undefined ? [] : [{ repository: parseRepository(builds), ...own, moving: [] }];
    const places = repositories.map((repository) => ({
      repository: parseRepository(repository),
      ...own,
      buildTag: builds === undefined ? own.buildTag : null,
    }));
    return {
      name,
      stage: name,
      dockerfile: "Dockerfile",
      context: ".",
      places: [...home, ...places],
      tags: tags.map((tag) => tag + suffix),
      affixes: { prefix: "", suffix },
      buildAffixes: { prefix: "", suffix },
      version,
      image: { repository: [...home, ...places][0]!.repository, tag: own.buildTag },
      needs: [],
      base: null,
      layersFrom: [],
      bind: [],
      args: {},
      labels: labelsOf(name, { number, version, tags: tags.map((tag) => tag + suffix), source, suffix, siblings }),
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
    };
  };
  const targets = Object.entries(options.targets ?? { app: ["r.io/p/app"] }).map(([name, places]) =>
    target(name, places),
  );
  const step = { kind: "move", targets: targets.map(({ name }) => name), force: options.force ?? false } as const;
  const plan: Plan = {
    event: {
      provider: "drone",
      kind: version === null ? "push" : "tag",
      ref: "refs/heads/master",
      branch: "master",
      tag: null,
      pullRequest: null,
      sha: "860c1904a1ce19322e91ac35af1ab07466440c37",
      buildNumber: number,
      defaultBranch: "master",
      deployTo: null,
    },
    buildTag: buildTag(number),
    push: true,
    pushReason: "",
    promotes: null,
    store: "host",
    targets,
    shared: [],
    steps: [],
    warnings: [],
  };
  const docker = {
    host,
    session: { directory: "/", env: {} },
    directory: "/",
    env: {},
    digests: new Map(),
    say: () => undefined,
  };
  const note = (line: string) => void notes.push(line);
  const context: Release = {
    plan,
    builder: null,
    docker,
    registries: openRegistries({ host, env: {}, dockerConfig: null, settings: {}, directory: "/", say: note }),
    reporter: { verbose: false, progress: () => undefined, note },
  };
  const state = newState();
  return {
    context,
    state,
    notes,
    targets,
    /** Publishes the build's images under its build tag; returns the digests by target. */
    up: () => {
      const digests = targets.map((one) => {
        const { name, labels } = one;
        const content = { labels, layers: [`${name} of ${number}`] };
        const [digest] = buildTagReferences(one).map(({ repository, tag }) =>
          registry.putImage(repository.name, tag, content),
        );
        docker.digests.set(name, digest);
        return [name, digest!] as const;
      });
      return Object.fromEntries(digests);
    },
    move: (): Promise<Failure[]> => moveTags(context, state, step),
    /** What the run says is published, by target. */
    published: () =>
      Object.fromEntries(
        [...state.outcomes].map(([name, outcome]) => [name, outcome.published.map(({ tag }) => tag).toSorted()]),
      ),
  };
}

/** The labels of an image of a build. */
export function labelsOf(
  target: string,
  build: {
    number: number;
    version?: string | null;
    tags?: string[];
    source?: string;
    suffix?: string;
    siblings?: string[];
  },
): Record<string, string> {
  const { number, version = null, tags = [], source = "octocat/hello-world", suffix = "", siblings = [] } = build;
  return {
    [ownLabels.buildTag]: buildTag(number) + suffix,
    [ownLabels.buildNumber]: String(number),
    [ownLabels.repository]: source,
    [ownLabels.tags]: tags.join(","),
    [ownLabels.target]: target,
    [ownLabels.targets]: siblings.join(","),
    [versionLabel]: version ?? buildTag(number) + suffix,
    "org.opencontainers.image.revision": "860c1904a1ce19322e91ac35af1ab07466440c37",
  };
}

type Fault = NonNullable<NonNullable<Parameters<typeof createRegistry>[0]>["beforeRequest"]>;

/** A registry whose faults a test sets as it goes. */
export function faultyRegistry() {
  let act: Fault = () => undefined;
  const registry = createRegistry({ beforeRequest: (request) => act(request) });
  /** The writes that were done, `latest` or `p/app:latest`. */
  const writes = () =>
    registry.requests
      .filter(({ method, status }) => method === "PUT" && status === 201)
      .map(({ path }) => path.replace("/v2/", "").replace("/manifests/", ":"));
  return { registry, writes, fault: (next: Fault) => void (act = next) };
}

export const app = "r.io/p/app";
const targets = { base: ["r.io/p/base"], app: [app, "mirror.io/p/app"] };
export const repositories = Object.values(targets).flat();

/** A build whose images are up, and how its moving pass goes. */
export function published(options: BuildOptions = {}) {
  const rig = faultyRegistry();
  const pass = movingPass(rig.registry, { targets, tags: ["latest", "1.2"], ...options });
  const digests = pass.up();
  const { registry } = rig;
  return {
    ...rig,
    ...pass,
    digests,
    /** What the moving tags stand for, by repository. */
    points: (tag: string) => repositories.map((repository) => registry.digest(repository, tag)),
    own: [digests.base, digests.app, digests.app],
    /** Another build's image under a tag. */
    other: (repository: string, tag: string, build: Parameters<typeof labelsOf>[1], target = "app") =>
      registry.putImage(repository, tag, { labels: labelsOf(target, build), layers: [`of ${build.number}`] }),
  };
}
