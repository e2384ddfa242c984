import { type Failure, failure } from "../core/failure.ts";
import { interrupted } from "../docker/why-failed.ts";
import { eachLimited } from "../core/pool.ts";
import type { Repository } from "../core/reference.ts";
import { type Held, judgeImages, type Judged, type RegistryPolicy } from "../plan/clean-registry.ts";
import type { RepositoryClient } from "../registry/client.ts";
import { contentsOf } from "../registry/manifest-contents.ts";
import { type Answer, Refusal } from "../registry/refusal.ts";
import type { Registries } from "../registry/registries.ts";

const atOnce = 8;
const notReached = "it was not come to";

/** What is to be cleaned, and how. */
export interface Cleaning {
  registries: Pick<Registries, "repository">;
  repositories: readonly Repository[];
  policy: RegistryPolicy;
  dryRun: boolean;
  signal: AbortSignal;
}

/**
 * Removes the build tags that the policy lets go from registries, or only finds them. All is looked at before anything is
 * removed: what stays in one repository may stand on what is in another.
 */
export async function cleanRegistries(cleaning: Cleaning): Promise<{ judged: Judged[]; failures: Failure[] }> {
  const { registries, repositories, policy, dryRun, signal } = cleaning;
  const all: Held[] = [];
  const failures: Failure[] = [];
  const clients = new Map(repositories.map((repository) => [repository.name, registries.repository(repository)]));
  for (const [name, client] of clients) {
    const found = await survey(name, client);
    if (found instanceof Refusal) failures.push(unseen(found));
    else all.push(...found);
  }
  const { judged, removed } = judgeImages(all, policy);
  if (failures.length > 0 || dryRun) return { judged: failures.length > 0 ? [] : judged, failures };
  const objections = new Map<Held, string>();
  // What one repository's registry refuses it refuses for all.
  const refusing = new Set<string>();
  for (const [name, client] of clients) {
    const [there, going] = [all, removed].map((some) => some.filter(({ repository }) => repository === name));
    if (going!.length === 0) continue;
    const isOpen = !signal.aborted && !refusing.has(client.registry);
    const refused = isOpen ? await removeFrom(client, there!, going!, objections, signal) : null;
    if (refused !== null) {
      failures.push(refused);
      refusing.add(client.registry);
    }
    if (!isOpen) for (const held of going!) objections.set(held, notReached);
  }
  const done = judged.map(({ held, kept }) => ({ held, kept: kept ?? objections.get(held) ?? null }));
  return { judged: done, failures: signal.aborted ? [interrupted({ signal })] : failures };
}

/** All that a repository holds, as far as it has a name or an index lists it. */
async function survey(repository: string, client: RepositoryClient): Promise<Answer<Held[]>> {
  const tags = await client.tags();
  const digests = tags instanceof Refusal ? tags : await askEach(tags.toSorted(), (tag) => client.digest(tag));
  if (digests instanceof Refusal) return digests;
  const names = new Map<string, string[]>();
  for (const [tag, digest] of digests) if (digest !== null) names.set(digest, [...(names.get(digest) ?? []), tag]);
  const held = new Map<string, Held>();
  for (let open = [...names.keys()]; open.length > 0;) {
    const found = await askEach(open, (digest) => look(client, digest));
    if (found instanceof Refusal) return found;
    for (const [digest, one] of found) {
      if (one !== null) held.set(digest, { ...one, repository, digest, tags: names.get(digest)?.toSorted() ?? [] });
    }
    const listed = new Set([...found.values()].flatMap((one) => one?.parts ?? []));
    open = [...listed].filter((digest) => !held.has(digest));
  }
  const first = ({ tags: [tag = ""] }: Held) => tag;
  return [...held.values()].toSorted((a, b) => (first(a) < first(b) ? -1 : 1));
}

/** The answers to a question about each, or the first that is none. */
async function askEach<R>(items: readonly string[], ask: (item: string) => Promise<Answer<R>>) {
  const answers = new Map<string, R>();
  const refusals: Refusal[] = [];
  await eachLimited(items, atOnce, async (item) => {
    const answer = refusals.length === 0 ? await ask(item) : refusals[0]!;
    if (answer instanceof Refusal) refusals.push(answer);
    else answers.set(item, answer);
  });
  return refusals[0] ?? answers;
}

async function look(
  client: RepositoryClient,
  digest: string,
): Promise<Answer<Pick<Held, "parts" | "labels" | "madeAt"> | null>> {
  const manifest = await client.manifest(digest);
  if (manifest === null || manifest instanceof Refusal) return manifest;
  const image = await client.image(manifest);
  if (image instanceof Refusal && image.status !== 404) return image;
  // An index may list more than is there.
  const { labels, created } = image instanceof Refusal ? { labels: {}, created: 0 } : image;
  const committed = Date.parse((labels as Record<string, string>)["org.opencontainers.image.created"] ?? "") || 0;
  const { manifests: parts } = contentsOf(manifest);
  return { parts, labels, madeAt: Math.max(created, committed) };
}

/** The digests that have been given a name since they were looked at, by another build or by hand. */
async function namedSince(
  client: RepositoryClient,
  seen: readonly Held[],
  going: readonly Held[],
): Promise<Answer<ReadonlySet<string>>> {
  const tags = await client.tags();
  if (tags instanceof Refusal) return tags;
  const leaving = new Set(going.flatMap((held) => held.tags));
  const known = new Map(seen.flatMap((held) => held.tags.map((tag) => [tag, held.digest] as const)));
  const digests = await askEach(
    tags.filter((tag) => !leaving.has(tag)),
    (tag) => client.digest(tag),
  );
  if (digests instanceof Refusal) return digests;
  const changed = [...digests].flatMap(([tag, digest]) => (digest === null || digest === known.get(tag) ? [] : digest));
  return new Set(changed);
}

/** Removes what goes, but for what has been given another name, until the registry says no; what it says then. */
async function removeFrom(
  client: RepositoryClient,
  there: readonly Held[],
  going: readonly Held[],
  objections: Map<Held, string>,
  signal: AbortSignal,
): Promise<Failure | null> {
  const named = await namedSince(client, there, going);
  if (named instanceof Refusal) {
    for (const held of going) objections.set(held, notReached);
    return unseen(named);
  }
  const spared = new Set(
    going.filter(({ digest }) => named.has(digest)).flatMap(({ digest, parts }) => [digest, ...parts]),
  );
  let refused: Refusal | null = null;
  for (const held of going) {
    if (spared.has(held.digest)) objections.set(held, "it has been given another name meanwhile");
    else if (refused !== null || signal.aborted) objections.set(held, notReached);
    else {
      const answer = await client.remove(held.digest);
      if (!(answer instanceof Refusal)) continue;
      refused = answer;
      objections.set(held, "the registry does not remove it");
    }
  }
  return refused === null ? null : notRemoved(refused, client.registry);
}

function unseen({ code, message, hint }: Refusal): Failure {
  return failure(code, message, { hint: hint ?? "nothing is removed unless all is looked at first" });
}

/** Many registries remove nothing by the protocol's own words. */
function notRemoved({ code, message, hint, status, codes }: Refusal, registry: string): Failure {
  const cannot = status === 405 || status === 501 || codes.includes("UNSUPPORTED");
  if (cannot) {
    const instead =
      "let its own retention rules do it (docs/registries.md); distribution does it with REGISTRY_STORAGE_DELETE_ENABLED=true";
    return failure("unsupported", `${registry} removes nothing: ${message}`, { hint: instead });
  }
  const rights = code === "unauthorized" ? "removing takes a right of its own, which pushing does not: delete" : hint;
  return failure(code, message, { hint: rights });
}
