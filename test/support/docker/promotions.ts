import { expect } from "vitest";
import { droneEnv } from "../project.ts";
import { createRegistry } from "../registry/in-memory.js";
import { example, repositories } from "./example.ts";

/** What Drone says of a promotion of another build, to production if nothing else is said. */
export const promotion = (number: number, parent: number, changes: Record<string, string> = {}) =>
  droneEnv({
    DRONE_BUILD_NUMBER: String(number),
    DRONE_BUILD_PARENT: String(parent),
    DRONE_BUILD_EVENT: "promote",
    DRONE_DEPLOY_TO: "production",
    ...changes,
  });

/** What it says of a push to the default branch. */
export const pushOf = (number: number, changes: Record<string, string> = {}) =>
  droneEnv({ DRONE_BUILD_NUMBER: String(number), ...changes });

/** A host that has published these builds of the default branch, one after the other. */
export async function publishedBy(numbers: readonly number[], options: Parameters<typeof example>[0] = {}) {
  const registry = options.registry ?? createRegistry();
  const made = await example({ ...options, registry });
  for (const number of numbers) expect(await made.run(["build"], pushOf(number))).toMatchObject({ code: 0 });
  /** Another host, which has nothing and builds nothing. */
  const other = await example({ ...options, registry });
  const digests = (tag: string) => repositories.map((repository) => registry.digest(repository, tag));
  const blobs = registry.transfers.uploads.length;
  return { ...other, registry, first: made, digests, sent: () => registry.transfers.uploads.length - blobs };
}

/** The failures of a run, as its JSON has them. */
export const failuresIn = (json: unknown) =>
  (json as { error: { failures: { code: string; target: string | null }[] } }).error.failures;
