import path from "node:path";
import { value } from "../ci/environment.ts";
import { type Failure, failure } from "../core/failure.ts";
import { nearest } from "../core/suggest.ts";
import { type DockerContext, runDocker } from "../docker/exec.ts";
import { docker } from "../docker/invocation.ts";
import { dockerFailure, interrupted } from "../docker/why-failed.ts";
import type { WantedBuilder } from "../core/builder-name.ts";

/** A buildx builder, as `docker buildx inspect` tells of it. */
export interface InspectedBuilder {
  name: string;
  /** `docker` is an engine's own; `docker-container`, `kubernetes` and `remote` keep what they build to themselves. */
  driver: string;
  nodes: BuilderNode[];
}

/** One BuildKit of a builder. */
interface BuilderNode {
  endpoint: string;
  /** `running`; `inactive` is not started yet, or not to be reached where buildx does not start it. */
  status: string;
  error: string | null;
  /** `linux/amd64`, its own first; empty where it does not say. */
  platforms: string[];
}

/** What a named builder is, or the selected one where `wanted` names none. */
export async function inspectBuilder(
  context: DockerContext,
  { name, path: where }: WantedBuilder,
  isWanted: boolean,
): Promise<InspectedBuilder | Failure> {
  const { host } = context;
  const result = await runDocker(context, docker("buildx", "inspect", ...(isWanted ? [name] : [])));
  if (host.signal.aborted) return interrupted(host);
  if (result.exitCode === 0) return parseBuilder(result.stdout);
  if (!isWanted || !/no builder .* found/i.test(result.stderr))
    return dockerFailure(host, null, result, result.stderr || result.stdout);
  return failure("no-builder", `${where}: buildx has no builder ${name}`, { hint: await others(context, name) });
}

async function others(context: DockerContext, name: string): Promise<string> {
  const result = await runDocker(context, docker("buildx", "ls", "--format", "{{.Name}}"));
  const names = result.exitCode === 0 ? result.stdout.split(/\s+/).filter((one) => one !== "") : [];
  const near = nearest(name, names);
  const create = `make it in the same step: docker buildx create --name ${name} --driver …`;
  if (near !== null) return `did you mean "${near}"? Or ${create}`;
  return names.length === 0 ? create : `there is ${names.slice(0, 10).join(", ")}; ${create}`;
}

/** Reads what `docker buildx inspect` prints: a block for the builder, then one for each of its nodes. */
export function parseBuilder(text: string): InspectedBuilder {
  const builder: InspectedBuilder = { name: "", driver: "", nodes: [] };
  let node: BuilderNode | null = null;
  let inNodes = false;
  for (const line of text.split("\n")) {
    const [, key = "", said = ""] = /^([A-Z][A-Za-z ]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === "Nodes") inNodes = true;
    else if (key === "Name" && inNodes) {
      node = { endpoint: "", status: "", error: null, platforms: [] };
      builder.nodes.push(node);
    } else if (key === "Name") builder.name = said;
    else if (key === "Driver" && !inNodes) builder.driver = said;
    else if (node === null) continue;
    else if (key === "Endpoint") node.endpoint = said;
    else if (key === "Status") node.status = said;
    else if (key === "Error") node.error = said;
    else if (key === "Platforms") node.platforms = platformsIn(said);
  }
  return builder;
}

/** A star marks those that were asked for when the builder was made. */
function platformsIn(said: string): string[] {
  return said.split(/,\s*/).flatMap((one) => /^([a-z0-9]+\/[a-z0-9/]+)\*?$/.exec(one)?.[1] ?? []);
}

/** Whether another builder than the engine's own may be selected, by `docker buildx use`. Reading buildx's files costs no process. */
export async function mayBeSelected({ host, env }: DockerContext): Promise<boolean> {
  const config = value(env, "DOCKER_CONFIG") ?? path.join(host.home, ".docker");
  const folder = value(env, "BUILDX_CONFIG") ?? path.join(config, "buildx");
  if ((await host.files.list(path.join(folder, "defaults"))).length > 0) return true;
  const current = await host.files.read(path.join(folder, "current"));
  return /"Name":\s*"[^"]/.test(current ?? "");
}
