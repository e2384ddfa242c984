// TO BE DELETED with src/run: the interface that it was written against, on top of the new one.
import type { Config } from "../config/config.ts";
import { parseRepository } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import type { Manifest } from "./client.ts";
import type { ImageConfig } from "./image-config.ts";
import { type Answer, Refusal } from "./refusal.ts";
import { openRegistries, type Registries } from "./registries.ts";
import { RegistryError } from "./registry-error.ts";

export interface RegistryContext {
  host: Host;
  config: Config;
  dockerConfig: string | null;
  credentials: Map<string, unknown>;
}

export interface OldClient {
  manifest(reference: string): Promise<Manifest | null>;
  image(manifest: Manifest): Promise<ImageConfig>;
  put(tag: string, manifest: Manifest): Promise<string>;
  tags(): Promise<string[]>;
}

const opened = new WeakMap<RegistryContext, Registries>();

export async function openRepository(context: RegistryContext, repository: string): Promise<OldClient> {
  const { host, config, dockerConfig } = context;
  const { registries: settings, directory } = config;
  const say = () => undefined;
  const registries =
    opened.get(context) ?? openRegistries({ host, env: host.env, dockerConfig, settings, directory, say });
  opened.set(context, registries);
  const client = registries.repository(parseRepository(repository));
  return {
    manifest: async (reference) => orThrow(await client.manifest(reference)),
    image: async (manifest) => orThrow(await client.image(manifest)),
    put: async (tag, manifest) => orThrow(await client.put(tag, manifest)).digest,
    tags: async () => orThrow(await client.tags()),
  };
}

export const imageConfig = (client: OldClient, manifest: Manifest): Promise<ImageConfig> => client.image(manifest);

function orThrow<T>(answer: Answer<T>): T {
  if (answer instanceof Refusal) throw new RegistryError(answer.status, answer.message, answer.retryAfter);
  return answer;
}
