import type { Config } from "../config/config.ts";
import { parseRepository } from "../core/reference.ts";
import type { Problem } from "../core/errors.ts";
import type { PlanDraft } from "../plan/build-plan.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { Invocation } from "./invocation.ts";

/**
 * `docker login` for every registry that the config has credentials for. The password goes in by standard input: argv is
 * seen by every process of the machine.
 */
export function loginInvocations(config: Config): Invocation[] {
  return Object.entries(config.registries).flatMap(([registry, { username, password }]): Invocation[] =>
    username === undefined || password === undefined
      ? []
      : [
          {
            kind: "login",
            target: null,
            argv: ["docker", "login", "--username", { variable: username }, "--password-stdin", registry],
            stdin: { variable: password },
            env: [username, password],
          },
        ],
  );
}

/** Credentials that the config names but the environment does not have. */
export function missingCredentials(config: Config, env: Readonly<Record<string, string | undefined>>): Problem[] {
  return Object.entries(config.registries).flatMap(([registry, access]) =>
    (["username", "password"] as const).flatMap((key): Problem[] => {
      const name = access[key];
      if (name === undefined || (env[name] ?? "") !== "") return [];
      const hint = "set it from a secret; Drone keeps secrets from pull requests unless told otherwise";
      return [{ path: `registries.${registry}.${key}`, message: `the environment variable ${name} is not set`, hint }];
    }),
  );
}

/**
 * Secrets whose variable is not set: BuildKit would mount an empty file and say nothing. A pull request's build often has
 * no secrets, and may do without.
 */
export function missingSecrets(
  { event, targets }: Pick<PlanDraft, "event" | "targets">,
  env: Readonly<Record<string, string | undefined>>,
): Problem[] {
  if (event.pullRequest !== null) return [];
  return targets.flatMap(({ name, secrets }) =>
    secrets.flatMap((secret): Problem[] => {
      if (!("env" in secret) || env[secret.env] !== undefined) return [];
      const message = `the environment variable ${secret.env} is not set`;
      return [{ path: `targets.${name}.secrets.${secret.id}`, message, hint: "set it from a secret of the pipeline" }];
    }),
  );
}

/** The registries that the targets are published to. */
export function registriesOf(targets: readonly PlannedTarget[]): string[] {
  const names = targets
    .filter(({ push }) => push)
    .flatMap(({ repositories }) => repositories.map((repository) => parseRepository(repository).registry));
  return [...new Set(names)];
}
