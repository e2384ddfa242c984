import path from "node:path";
import { type Environment, value } from "../ci/environment.ts";
import type { Config, RegistryAccess } from "../config/config.ts";
import { dockerHub, type Repository } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { certificates } from "./certificates.ts";
import { withWay } from "./connection.ts";
import { proxyFor } from "./proxy.ts";
import { type RepositoryClient, repositoryClient } from "./client.ts";
import { type Credentials, dockerCredentials } from "./credentials.ts";

/** The registries that a run talks to. */
export interface Registries {
  /** A client for a repository: always the same one. Nothing is looked up before it is used. */
  repository(repository: Repository): RepositoryClient;
  /**
   * Whether a registry gives any answer at all, be it no: `mute` takes connections and says nothing, `away` cannot be
   * reached from here, though docker may well reach it.
   */
  answers(registry: string): Promise<"yes" | "mute" | "away">;
}

/** What it takes to talk to registries as docker would. */
export interface RegistryOptions {
  host: Host;
  env: Environment;
  /** The folder of docker's config.json; null for the user's own. */
  dockerConfig: string | null;
  settings: Config["registries"];
  /** The folder that paths in the settings are relative to. */
  directory: string;
  /** Told of retries and long waits, in a line each. */
  say: (line: string) => void;
}

/** Made once per run: what is found out about a registry is kept. */
export function openRegistries({ host, env, dockerConfig, settings, directory, say }: RegistryOptions): Registries {
  const folder = dockerConfig ?? path.join(host.home, ".docker");
  const clients = new Map<string, RepositoryClient>();
  const reached = new Map<string, ReturnType<typeof reach>>();

  const reach = (registry: string) => {
    const { ca, insecure = ca === undefined && local.test(registry) } = settings[registry] ?? {};
    const own = ca === undefined ? null : { file: path.resolve(directory, ca), complain: say };
    return {
      registry,
      origin: registry === dockerHub ? hubOrigin : `${insecure ? "http" : "https"}://${registry}`,
      credentials: lazily(
        async () => configured(settings[registry], env) ?? dockerCredentials(host, env, folder, registry, say),
      ),
      certificates: lazily(() => certificates(host, env, registry, own)),
      proxyFor: (url: string) => proxyFor(env, url),
    };
  };

  const placeOf = (registry: string) => {
    const place = reached.get(registry) ?? reach(registry);
    reached.set(registry, place);
    return place;
  };

  return {
    answers: async (registry) => {
      const place = placeOf(registry);
      const question = { method: "GET", url: `${place.origin}/v2/`, headers: {}, limit: longestQuestion } as const;
      const answer = await host.request(await withWay(place, question));
      if (!("message" in answer)) return "yes";
      return answer.sent && !host.signal.aborted ? "mute" : "away";
    },
    repository: ({ registry, path: repositoryPath }) => {
      const place = placeOf(registry);
      const key = `${registry}/${repositoryPath}`;
      const client = clients.get(key) ?? repositoryClient({ ...place, host, path: repositoryPath, say });
      clients.set(key, client);
      return client;
    },
  };
}

/** The credentials that the config names: docker is logged in with the same, where it has anything to do. */
function configured({ username, password }: RegistryAccess = {}, env: Environment): Credentials | null {
  const [user, secret] = [username, password].map((name) => (name === undefined ? undefined : value(env, name)));
  return user === undefined || secret === undefined ? null : { kind: "password", username: user, password: secret };
}

/** How long the cheapest question of all may take, in milliseconds. */
const longestQuestion = 10_000;

/** Docker Hub answers under another name than it goes by. */
const hubOrigin = "https://registry-1.docker.io";

/** Docker takes plain HTTP from this machine for granted. */
const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

function lazily<T>(look: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | null = null;
  return () => (found ??= look());
}
