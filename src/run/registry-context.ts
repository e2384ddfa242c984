import type { Config } from "../config/config.ts";
import type { RegistryContext } from "../registry/open.ts";
import type { DockerContext } from "./docker.ts";

/** What it takes to talk to the registries as the docker processes of this run do. */
export function registryContext({ host, session, env }: DockerContext, config: Config): RegistryContext {
  const dockerConfig = session.env.DOCKER_CONFIG ?? env.DOCKER_CONFIG ?? null;
  return { host, config, dockerConfig, credentials: new Map() };
}
