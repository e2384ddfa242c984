import path from "node:path";
import type { Config } from "../config/config.ts";
import { dockerHub, parseRepository } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { type RepositoryClient, repositoryClient } from "./client.ts";
import { type Credentials, dockerCredentials } from "./credentials.ts";

/** What it takes to talk to registries as docker would. */
export interface RegistryContext {
  host: Host;
  config: Config;
  /** The folder of docker's config.json; null for the user's own. */
  dockerConfig: string | null;
  /** What was found by registry, as asking a credential helper costs a process. */
  credentials: Map<string, Promise<Credentials | null>>;
}

/** Docker Hub answers under another name than it goes by. */
const hub = { name: dockerHub, origin: "https://registry-1.docker.io" };

/** A client for `repository`, with docker's own credentials. */
export async function openRepository(context: RegistryContext, repository: string): Promise<RepositoryClient> {
  const { host, config } = context;
  const { registry: name, path: repositoryPath } = parseRepository(repository);
  const folder = context.dockerConfig ?? path.join(host.home, ".docker");
  const credentials = context.credentials.get(name) ?? dockerCredentials(host, folder, name);
  context.credentials.set(name, credentials);
  return repositoryClient({
    fetch: host.fetch,
    origin: origin(name, config.registries[name]?.insecure === true),
    path: repositoryPath,
    credentials: await credentials,
    signal: host.signal,
  });
}

/** Docker takes plain HTTP from this machine for granted. */
const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

function origin(registry: string, insecure: boolean): string {
  if (registry === hub.name) return hub.origin;
  return `${insecure || local.test(registry) ? "http" : "https"}://${registry}`;
}
