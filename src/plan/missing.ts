import type { Config } from "../config/config.ts";
import type { Problem } from "../core/errors.ts";
import { isPullRequest } from "../core/event.ts";
import type { FileFault } from "../host/host.ts";
import { isPlainlyName } from "../secrets/secret-name.ts";
import type { Plan } from "./plan.ts";

/** The environment of a run. */
type Environment = Readonly<Record<string, string | undefined>>;

/** A name that is surely one; in its place a password may stand. */
function named(variable: string): string {
  return isPlainlyName(variable) ? `the environment variable ${variable}` : "the environment variable that it names";
}

/**
 * What stands where the name of a variable belongs but is not written like one, and is none that is set: most likely it is the
 * password itself, and must not get into a plan or a script.
 */
export function unlikelyNames(config: Config, env: Environment): Problem[] {
  const registries = Object.entries(config.registries).flatMap(([name, { username, password }]) => [
    [`registries.${name}.username`, username] as const,
    [`registries.${name}.password`, password] as const,
  ]);
  const secrets = config.targets.flatMap((target) =>
    target.secrets.map(
      (secret) => [`targets.${target.name}.secrets.${secret.id}`, "env" in secret ? secret.env : undefined] as const,
    ),
  );
  return [...registries, ...secrets].flatMap(([path, name]): Problem[] => {
    if (name === undefined || isPlainlyName(name) || env[name] !== undefined) return [];
    const message = "is not the name of an environment variable that is set";
    const hint =
      "write the variable's name in capitals, as REGISTRY_PASSWORD, and never the secret itself; it is not shown here";
    return [{ path, message, hint }];
  });
}

/** Credentials that the config names but the environment does not have. */
export function missingCredentials(config: Config, env: Environment): Problem[] {
  return Object.entries(config.registries).flatMap(([registry, access]) =>
    (["username", "password"] as const).flatMap((key): Problem[] => {
      const name = access[key];
      if (name === undefined || (env[name] ?? "") !== "") return [];
      const hint = "set it from a secret; Drone keeps secrets from pull requests unless told otherwise";
      return [{ path: `registries.${registry}.${key}`, message: `${named(name)} is not set`, hint }];
    }),
  );
}

/**
 * Secrets that cannot be had. Where a variable is not set BuildKit would mount an empty file and say nothing; a pull
 * request's build often has no secrets, and may do without. A file it does not do without.
 */
export function missingSecrets(
  { event, targets }: Pick<Plan, "event" | "targets">,
  env: Environment,
  files: ReadonlyMap<string, string | FileFault>,
): Problem[] {
  return targets.flatMap(({ name, secrets }) =>
    secrets.flatMap((secret): Problem[] => {
      const path = `targets.${name}.secrets.${secret.id}`;
      if ("file" in secret) {
        const read = files.get(secret.file);
        if (read === undefined || typeof read === "string") return [];
        return [{ path: `${path}.file`, message: read.fault, got: secret.file, hint: read.hint }];
      }
      if (isPullRequest(event) || env[secret.env] !== undefined) return [];
      const message = `${named(secret.env)} is not set`;
      return [{ path, message, hint: "set it from a secret of the pipeline" }];
    }),
  );
}
