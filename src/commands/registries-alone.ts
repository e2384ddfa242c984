import { value } from "../ci/environment.ts";
import type { Host } from "../host/host.ts";
import { openRegistries, type Registries } from "../registry/registries.ts";
import type { Project } from "./project.ts";

/** The registries for a command that needs no docker: with docker's own logins, and those of the config. */
export function registriesAlone(host: Host, { config, env }: Project): Registries {
  return openRegistries({
    host,
    env,
    dockerConfig: value(env, "DOCKER_CONFIG") ?? null,
    settings: config.registries,
    directory: config.directory,
    say: (line) => host.stderr.write(`${line}\n`),
  });
}
