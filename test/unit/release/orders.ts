import type { HttpRequest } from "../../../src/host/host.ts";
import { createRegistry, type InMemoryRegistry } from "../../support/registry/in-memory.js";
import { type Quirk, withQuirks } from "../../support/quirks/kinds.js";
import { type BuildOptions, movingPass } from "./rig.ts";

/** How a test begins: what the registry holds, and the builds that then move their tags at the same time. */
export interface Race {
  /** Builds that are there already; each moves its tags before the race begins. */
  before?: readonly BuildOptions[];
  builds: readonly BuildOptions[];
  /** What the registries refuse. */
  beforeRequest?: NonNullable<Parameters<typeof createRegistry>[0]>["beforeRequest"];
  /** What is odd about the registries. */
  quirks?: readonly Quirk[];
  /** How long a sleep takes; none at all unless it is said. */
  sleeps?: "until the others have come to an end";
}

/** A request that waits to be carried out. */
interface Waiting {
  build: number;
  what: string;
  go: () => void;
}

/** How a race ended. */
export interface Finished {
  registry: InMemoryRegistry;
  /** Of each build how many failures it had. */
  failures: number[];
  /** The requests in their order, `41 PUT /v2/p/app/manifests/latest`. */
  order: string[];
}

/**
 * Runs a race in *every* order of its requests and hands each end to `check`. Two ways to the very same state, with the
 * same answers to each build and the same tags in the registry, are followed once from there, and what is answered the same
 * at any time is answered at once. What one build asks at the same time is answered in the order in which it asks.
 */
export async function everyOrder(race: Race, check: (end: Finished) => void): Promise<void> {
  const seen = new Set<string>();
  const open: number[][] = [[]];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const running = await begin(race, true);
    for (const choice of path) await running.release(choice);
    // On the way to the end of this order the others are noted.
    while (!seen.has(running.state())) {
      seen.add(running.state());
      const waiting = running.waiting();
      if (waiting.length === 0) check(running.end());
      const next = new Set(waiting.map(({ build }) => waiting.findIndex((one) => one.build === build)));
      const [first, ...others] = next;
      for (const other of others) open.push([...path, other]);
      if (first === undefined) break;
      path = [...path, first];
      await running.release(first);
    }
  }
}

/** Runs a race in one order: `choose` picks the next among so many requests that wait. */
export async function oneOrder(race: Race, choose: (among: number) => number): Promise<Finished> {
  const running = await begin(race);
  while (running.waiting().length > 0) await running.release(choose(running.waiting().length));
  return running.end();
}

/** Blobs, and what stands for the same image for ever, or is only moved by the build that asks: digests, build tags, versions. */
const fixed = /\/blobs\/|^(?:GET|HEAD) .*\/manifests\/(?:sha256:|master-|\d+\.\d+\.\d+$)/;

async function begin({ before = [], builds, beforeRequest, quirks = [], sleeps }: Race, skipsFixed = false) {
  const registry = createRegistry(beforeRequest === undefined ? {} : { beforeRequest });
  for (const options of before) {
    const earlier = movingPass(registry, options);
    earlier.up();
    await earlier.move();
  }
  const clock = { now: Date.parse("2020-01-10T00:30:00Z") };
  const pass = async (pause: number) => void (clock.now += Math.min(pause, 60_000));
  const handle = withQuirks(registry.handle, quirks, { now: () => clock.now, wait: pass });
  const waiting: Waiting[] = [];
  const answers = builds.map((): string[] => []);
  const order: string[] = [];
  const failures = builds.map(() => -1);
  const asleep = new Set<number>();
  const passes = builds.map((options, build) => {
    const request = async (asked: HttpRequest) => {
      const what = `${asked.method} ${new URL(asked.url).pathname}`;
      if (!skipsFixed || !fixed.test(what)) await new Promise<void>((go) => void waiting.push({ build, what, go }));
      const answer = await handle(asked);
      answers[build]!.push(`${what} ${JSON.stringify(answer)}`);
      return answer;
    };
    const sleep = async (pause: number) => {
      await pass(pause);
      if (sleeps === undefined) return;
      asleep.add(build);
      while (!builds.every((_, other) => asleep.has(other) || failures[other] !== -1)) await idle();
      asleep.delete(build);
    };
    const host = { ...options.host, request, sleep, now: () => clock.now };
    return movingPass(registry, { ...options, host });
  });
  for (const one of passes) one.up();
  passes.forEach((one, build) => void one.move().then((failed) => (failures[build] = failed.length)));
  await idle();
  return {
    waiting: () => waiting,
    release: async (choice: number) => {
      const [next] = waiting.splice(choice, 1);
      order.push(`${builds[next!.build]!.number} ${next!.what}`);
      next!.go();
      await idle();
    },
    state: () =>
      JSON.stringify([
        answers.map((all) => all.toSorted()),
        waiting.map(({ build, what }) => [build, what]),
        holds(registry),
      ]),
    end: (): Finished => ({ registry, failures, order }),
  };
}

/** Everything that was set going by promises alone has come to its end, or to the next request. */
function idle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function holds(registry: InMemoryRegistry): string[] {
  const repositories = new Set(
    registry.requests.map(
      ({ host, path }) =>
        `${host}${path
          .split("/")
          .slice(2, 4)
          .map((part) => `/${part}`)
          .join("")}`,
    ),
  );
  return [...repositories].flatMap((repository) =>
    registry.tags(repository).map((tag) => `${repository}:${tag}@${registry.digest(repository, tag)}`),
  );
}
