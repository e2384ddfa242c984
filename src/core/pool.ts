/**
 * Runs `work` on each item, at most `limit` at once. Rejects with the first error, once all that were started have
 * ended.
 */
export async function eachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Like {@link eachLimited}, but an item waits for those that it needs, which must come before it in `items`. */
export async function inDependencyOrder<T extends { name: string; needs: readonly string[] }>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const done = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let free = limit;
  const enter = async () => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
  };
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  for (const item of items) {
    const needed = item.needs.flatMap((name) => done.get(name) ?? []);
    const run = async () => {
      await Promise.all(needed);
      await enter();
      try {
        await work(item);
      } finally {
        leave();
      }
    };
    done.set(item.name, run());
  }
  const results = await Promise.allSettled(done.values());
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
