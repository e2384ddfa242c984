import type { PlannedTarget } from "../plan/plan.ts";
import { RegistryError } from "../registry/client.ts";
import { moveTags } from "../registry/move.ts";
import { openRepository, type RegistryContext } from "../registry/open.ts";
import type { Reporter } from "../report/reporter.ts";
import type { Failure } from "./outcome.ts";
import { eachLimited } from "./pool.ts";
import type { Pushed } from "./publish.ts";
import { withRegistryRetries } from "./registry-retry.ts";

const atOnce = 6;

/** What the moving pass came to. `closed` are the targets whose registry only docker itself can talk to. */
export interface Moved {
  pushed: Pushed[];
  failures: Failure[];
  closed: PlannedTarget[];
}

/**
 * The moving tags, once every target is up: the registry is told to give the very same manifest other names, which sends
 * nothing again. `digests` are what was pushed: a build tag that has another one is somebody else's.
 */
export async function moveAll(
  context: RegistryContext,
  targets: readonly PlannedTarget[],
  digests: ReadonlyMap<string, string | null>,
  force: boolean,
  reporter: Reporter,
): Promise<Moved> {
  const moved: Moved = { pushed: [], failures: [], closed: [] };
  const work = targets.flatMap((target) => target.repositories.map((repository) => ({ target, repository })));
  await eachLimited(work, atOnce, async ({ target, repository }) => {
    if (moved.closed.includes(target)) return;
    try {
      const digest = digests.get(target.name) ?? null;
      await moveOne(context, target, repository, digest, force, reporter, moved);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      if (isClosed(error)) moved.closed.push(target);
      else moved.failures.push({ ...failure(target, error.message, null), kind: "registry-down" });
    }
  });
  return moved;
}

/** Credentials, certificates or proxies that docker knows how to deal with and we do not. */
function isClosed({ status }: RegistryError): boolean {
  return status === 0 || status === 401 || status === 403;
}

async function moveOne(
  context: RegistryContext,
  target: PlannedTarget,
  repository: string,
  digest: string | null,
  force: boolean,
  reporter: Reporter,
  moved: Moved,
): Promise<void> {
  const started = context.host.now();
  const tags = target.moving.flatMap((reference) =>
    reference.startsWith(`${repository}:`) ? [reference.slice(repository.length + 1)] : [],
  );
  const own = target.immutable.find((reference) => reference.startsWith(`${repository}:`)) ?? target.image;
  const client = await openRepository(context, repository);
  const retrying = <T>(act: () => Promise<T>) => withRegistryRetries(context.host, repository, reporter.note, act);
  const manifest = await retrying(() => client.manifest(own.slice(repository.length + 1)));
  if (manifest === null || (digest !== null && manifest.digest !== digest)) {
    moved.failures.push(notOurs(target, own, manifest?.digest ?? null, digest));
    return;
  }
  const { version, labels, affixes } = target;
  const source = { manifest, labels, version, affixes, force };
  const moves = await retrying(() => moveTags(client, source, tags));
  const seconds = (context.host.now() - started) / 1000;
  for (const { tag, kept } of moves) {
    const reference = `${repository}:${tag}`;
    if (kept === null) {
      moved.pushed.push({ target: target.name, reference, digest: manifest.digest });
      reporter.progress({ target: target.name, kind: "push", text: `moved ${reference}`, seconds });
    } else reporter.note(`${target.name}: ${reference} stays where it is: ${kept} (--force moves it all the same)`);
  }
}

function notOurs(target: PlannedTarget, reference: string, found: string | null, pushed: string | null): Failure {
  if (found === null) {
    return failure(target, `${reference} is not in the registry`, "something has removed it; start a new build");
  }
  const hint = "the same build tag was published twice with different images; start a new build";
  return failure(target, `${reference} is ${found}, not the ${pushed} that was pushed`, hint);
}

function failure(target: PlannedTarget, message: string, hint: string | null): Failure {
  return { target: target.name, kind: "unknown", message, step: null, details: [], hint };
}
