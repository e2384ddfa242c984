/** The signals that ask a run to end. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How a process is asked to end. */
export interface Interruption {
  /** Aborted, with the signal's name as the reason, when the process is asked to end: the run stops what it does and cleans up. */
  signal: AbortSignal;
  /** The name of the second signal, if there is one: who asks a second time is not made to wait. */
  again: Promise<string>;
}

/** Listens for the signals that ask `self` to end. */
export function interruption(self: NodeJS.Process): Interruption {
  const controller = new AbortController();
  const again = new Promise<string>((resolve) => {
    for (const name of signals) {
      self.on(name, () => {
        if (controller.signal.aborted) resolve(name);
        controller.abort(name);
      });
    }
  });
  return { signal: controller.signal, again };
}
