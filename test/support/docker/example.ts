import { createRegistry } from "../registry/in-memory.js";
import type { Engine, ScriptedDocker } from "./docker.ts";
import { type World, world, type WorldOptions } from "./world.ts";

/** A base that differs whenever it is built, and two apps on it. */
const dockerfile = `FROM python:3.8-slim AS base
RUN head -c 8 /dev/urandom > /base
FROM base AS app1
RUN echo app1 > /app
FROM base AS app2
RUN echo app2 > /app
`;

export const repositories = ["r.io/p/base", "r.io/p/app1", "r.io/p/app2"];

/** The build tag of a build of the default branch. */
export const buildTag = (number: number) => `master-860c1904a1ce-${number}`;

export const engines: Engine[] = ["modern", "containerd", "legacy"];

/** The command lines that build something. */
export const bakes = /^docker (?:buildx bake|build) /;

/** The labels that an image of build 42 has of a target. */
export const labelsOf = (target: string, changes: Record<string, string> = {}) => ({
  "multistage-build.build-tag": buildTag(42),
  "multistage-build.build-number": "42",
  "multistage-build.repository": "octocat/hello-world",
  "multistage-build.target": target,
  "org.opencontainers.image.revision": "860c1904a1ce19322e91ac35af1ab07466440c37",
  ...changes,
});

type Faults = NonNullable<NonNullable<Parameters<typeof createRegistry>[0]>["beforeRequest"]>;

/** A registry that answers some requests in its own way. */
export const faulty = (beforeRequest: Faults) => createRegistry({ beforeRequest });

/** Whether a request is one of ours, and none of docker's: only we ask for an index as well. */
export const isOurs = ({ headers }: Parameters<Faults>[0]) => (headers.accept ?? "").includes("index");

/** What is different in the example. */
export interface ExampleOptions extends Partial<WorldOptions> {
  /** More lines of the config. */
  config?: string;
  /** Where the targets are published. */
  targets?: Readonly<Record<string, string | readonly string[] | object>>;
  dockerfile?: string;
}

/** The example's project in a world of its own, which ends as its tests ask it. */
export async function example(options: ExampleOptions = {}) {
  const { targets = { base: repositories[0]!, app1: repositories[1]!, app2: repositories[2]! } } = options;
  const files = {
    Dockerfile: options.dockerfile ?? dockerfile,
    "multistage-build.config.yaml": `${JSON.stringify({ targets })}\n`.replace(
      /\}\n$/,
      `,${options.config ?? '"registries":{}'}}`,
    ),
  };
  const made = await world({ engine: "modern", images: ["python:3.8-slim"], ...options, files });
  return { ...made, ...state(made) };
}

/** What a test looks at in the end. */
function state({ registry, docker }: World) {
  return {
    /** All tags, by repository. */
    tags: () => repositories.map((repository) => registry.tags(repository)),
    /** The build that a tag stands for in each repository; null where it is not there. */
    builds: (tag: string) =>
      repositories.map(
        (repository) => registry.image(repository, tag)?.labels["multistage-build.build-number"] ?? null,
      ),
    /** Whether both apps that are up under a tag stand on the base that is. */
    standing: (tag = buildTag(42)) => {
      const [base = [], ...apps] = repositories.map((repository) => registry.image(repository, tag)?.layers ?? []);
      return base.length === 2 && apps.every((app) => app.length === 3 && base.every((layer, at) => app[at] === layer));
    },
    asked: (start: string) => docker.commands.filter((line) => line.startsWith(start)),
  };
}

/** The first command that begins like this, and none before or after it, is met with `act`. */
export function atFirst(docker: ScriptedDocker, start: string, act: Parameters<ScriptedDocker["fault"]>[0]): void {
  let met = false;
  docker.fault((command, line) => {
    if (met || !line.startsWith(start)) return undefined;
    met = true;
    return act(command, line);
  });
}
