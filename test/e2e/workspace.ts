import { randomBytes } from "node:crypto";
import { droneEnv, project } from "../support/project.ts";
import { baseImage, digestOf, docker, type Engine, imageIn, registry, tagsIn } from "./rig.ts";

/** A project that has the registry, the engine and its name to itself. */
export interface Workspace {
  cwd: string;
  /** The first part of its repositories' paths. */
  space: string;
  /** What a repository of it is called. */
  repository: (target: string) => string;
}

/** A name that nothing else has, for a place in the registry and as the project's name in CI. */
export function newSpace(): string {
  return `e2e-${randomBytes(5).toString("hex")}`;
}

/** What a project is made of besides, and where it publishes. */
interface Place {
  space?: string;
  address?: string;
  /** More of the config. */
  more?: object;
  files?: Record<string, string>;
}

/** Makes a project of targets that each have a stage and a repository of their own name. */
export async function workspace(
  dockerfile: string,
  targets: readonly string[],
  { space = newSpace(), address = registry, more = {}, files = {} }: Place = {},
): Promise<Workspace> {
  const repository = (target: string) => `${address}/${space}/${target}`;
  const named = Object.fromEntries(targets.map((target) => [target, repository(target)]));
  const { targets: others = {}, ...config } = more as { targets?: object };
  const cwd = await project({
    "multistage-build.config.json": { targets: { ...named, ...others }, ...config },
    Dockerfile: dockerfile,
    "package.json": {},
    ...files,
  });
  return { cwd, space, repository };
}

/** What Drone sets on a push to a branch of that project. */
export function pushTo(
  branch: string,
  number: number,
  space: string,
  sha = "860c1904a1ce19322e91ac35af1ab07466440c37",
) {
  return droneEnv({
    DRONE_REPO: `e2e/${space}`,
    DRONE_COMMIT_REF: `refs/heads/${branch}`,
    DRONE_BRANCH: branch,
    DRONE_BUILD_NUMBER: String(number),
    DRONE_COMMIT_SHA: sha,
  });
}

/** A base whose RUN never gives the same twice, and apps on it. `mark` keeps it apart from other tests' in the cache. */
export function dockerfileOf(mark: string, apps: readonly string[]): string {
  const base = `FROM ${baseImage} AS base\nRUN echo ${mark} && cat /proc/sys/kernel/random/uuid > /base\n`;
  return base + apps.map((app) => `FROM base AS ${app}\nRUN echo ${app} ${mark} > /app\n`).join("");
}

/** Whether an image of the registry stands on another one: by its layers, and what its labels say of it. */
export async function standsOn(
  space: string,
  app: { name: string; tag: string },
  base: { name: string; tag: string },
): Promise<{ layers: boolean; baseName: string | undefined; baseDigest: boolean }> {
  const below = await imageIn(`${space}/${base.name}`, base.tag);
  const image = await imageIn(`${space}/${app.name}`, app.tag);
  const digest = await digestOf(`${space}/${base.name}`, base.tag);
  return {
    layers: below.layers.every((layer, at) => image.layers[at] === layer) && image.layers.length > below.layers.length,
    baseName: image.labels["org.opencontainers.image.base.name"]?.replace(`${registry}/${space}/`, ""),
    baseDigest: image.labels["org.opencontainers.image.base.digest"] === digest,
  };
}

/**
 * What is wrong with a release in the registry: every target has to be up under its build tag, `latest` has to be that
 * very image, nothing else may be there, and whatever is not the base has to stand on it.
 */
export async function wrongIn(space: string, targets: readonly string[], tag: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of targets) {
    const tags = await tagsIn(`${space}/${name}`);
    if (tags.join() !== ["latest", tag].toSorted().join()) wrong.push(`${name} has the tags ${tags.join()}`);
    const [moving, own] = [await digestOf(`${space}/${name}`, "latest"), await digestOf(`${space}/${name}`, tag)];
    if (moving === null || moving !== own) wrong.push(`${name}:latest is ${moving}, not ${own}`);
    const stands =
      name === "base" || own === null || (await standsOn(space, { name, tag }, { name: "base", tag })).layers;
    if (!stands) wrong.push(`${name} does not stand on base`);
  }
  return wrong;
}

/** Removes what a project has left on an engine. */
export async function removeImages(engine: Engine, space: string): Promise<void> {
  const filter = `label=multistage-build.repository=e2e/${space}`;
  const ids = await docker(engine, ["image", "ls", "-q", "--filter", filter]);
  if (ids !== "") await docker(engine, ["image", "rm", "-f", ...new Set(ids.split("\n"))]).catch(() => "");
}
