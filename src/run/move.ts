import type { PlannedTarget } from "../plan/plan.ts";
import type { Manifest } from "../registry/client.ts";
import { decideMoves, type Move } from "../registry/move.ts";
import { type OldClient as RepositoryClient, openRepository, type RegistryContext } from "../registry/open.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { Reporter } from "../report/reporter.ts";
import type { Failure } from "./outcome.ts";
import { eachLimited } from "../core/pool.ts";
import type { Pushed } from "./publish.ts";
import { withRegistryRetries } from "./registry-retry.ts";

const atOnce = 6;
const again = "every image is up: the same run again moves what is left";

/** What the moving pass came to. `closed` are targets with those moving references that only docker itself can write. */
export interface Moved {
  pushed: Pushed[];
  failures: Failure[];
  closed: PlannedTarget[];
}

/** The moving tags of one target in one repository. */
interface Place {
  target: PlannedTarget;
  repository: string;
  tags: string[];
}

/** The same once the registry has told what there is to do. */
interface Decided extends Place {
  client: RepositoryClient;
  manifest: Manifest;
  moves: Move[];
}

/**
 * The moving tags, once every target is up: the registry is told to give the very same manifest other names, which sends
 * nothing again. `digests` are what was pushed: a build tag that has another one is somebody else's. All questions are
 * asked before the first tag moves, so that what can be known to go wrong leaves every tag where it was.
 */
export async function moveAll(
  context: RegistryContext,
  targets: readonly PlannedTarget[],
  digests: ReadonlyMap<string, string | null>,
  force: boolean,
  reporter: Reporter,
): Promise<Moved> {
  const moved: Moved = { pushed: [], failures: [], closed: [] };
  const decided: Decided[] = [];
  await eachLimited(places(targets), atOnce, (place) =>
    orNote(moved, place, async () => {
      const found = await decide(context, place, digests.get(place.target.name) ?? null, force, reporter);
      if ("message" in found) moved.failures.push(found);
      else decided.push(found);
    }),
  );
  if (moved.failures.length > 0) return moved;
  await eachLimited(decided, atOnce, (place) =>
    orNote(moved, { ...place, tags: movable(place) }, () => carryOut(context, place, reporter, moved)),
  );
  return moved;
}

function places(targets: readonly PlannedTarget[]): Place[] {
  return targets.flatMap((target) =>
    target.repositories.map((repository) => {
      const own = target.moving.filter((reference) => reference.startsWith(`${repository}:`));
      return { target, repository, tags: own.map((reference) => reference.slice(repository.length + 1)) };
    }),
  );
}

/** Does a part of the work; what the registry says against it becomes a failure, or a task for docker. */
async function orNote(moved: Moved, { target, repository, tags }: Place, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (isClosed(error)) moved.closed.push({ ...target, moving: tags.map((tag) => `${repository}:${tag}`) });
    else moved.failures.push({ ...failure(target, error.message, again), code: "registry-down" });
  }
}

/** Credentials, certificates or proxies that docker knows how to deal with and we do not. */
function isClosed({ status }: RegistryError): boolean {
  return status === 0 || status === 401 || status === 403;
}

async function decide(
  context: RegistryContext,
  place: Place,
  digest: string | null,
  force: boolean,
  reporter: Reporter,
): Promise<Decided | Failure> {
  const { target, repository, tags } = place;
  const own = target.immutable.find((reference) => reference.startsWith(`${repository}:`)) ?? target.image;
  const client = await openRepository(context, repository);
  const retrying = <T>(act: () => Promise<T>) => withRegistryRetries(context.host, repository, reporter.note, act);
  const manifest = await retrying(() => client.manifest(own.slice(repository.length + 1)));
  if (manifest === null || (digest !== null && manifest.digest !== digest)) {
    return notOurs(target, own, manifest?.digest ?? null, digest);
  }
  const { version, labels, affixes } = target;
  const moves = await retrying(() => decideMoves(client, { manifest, labels, version, affixes, force }, tags));
  return { ...place, client, manifest, moves };
}

async function carryOut(
  { host }: RegistryContext,
  { target, repository, client, manifest, moves }: Decided,
  reporter: Reporter,
  moved: Moved,
): Promise<void> {
  for (const { tag, there, kept } of moves) {
    const reference = `${repository}:${tag}`;
    if (kept !== null) {
      reporter.note(`${target.name}: ${reference} stays where it is: ${kept} (--force moves it all the same)`);
      continue;
    }
    const started = host.now();
    const put = () => client.put(tag, manifest);
    const digest = there ? manifest.digest : await withRegistryRetries(host, repository, reporter.note, put);
    if (digest !== "" && digest !== manifest.digest) {
      moved.failures.push(failure(target, `${reference} became ${digest}, not ${manifest.digest}`, null));
      return;
    }
    moved.pushed.push({ target: target.name, reference, digest: manifest.digest });
    const seconds = (host.now() - started) / 1000;
    reporter.progress({ target: target.name, kind: "push", text: `moved ${reference}`, seconds });
  }
}

function movable({ moves }: Decided): string[] {
  return moves.filter(({ kept, there }) => kept === null && !there).map(({ tag }) => tag);
}

function notOurs(target: PlannedTarget, reference: string, found: string | null, pushed: string | null): Failure {
  if (found === null) {
    return failure(target, `${reference} is not in the registry`, "something has removed it; start a new build");
  }
  const hint = "the same build tag was published twice with different images; start a new build";
  return failure(target, `${reference} is ${found}, not the ${pushed} that was pushed`, hint);
}

function failure(target: PlannedTarget, message: string, hint: string | null): Failure {
  return { target: target.name, code: "unknown", message, step: null, details: [], hint };
}
