/** The signals that ask a run to end. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How a process is asked to end. */
export interface Interruption {
  /** Aborted, with the signal's name as the reason, when the process is asked to end: the run stops what it does and cleans up. */
  signal: AbortSignal;
  /** Puts that off until the function that it returns is called. `told` is called with the signal that has to wait. */
  hold: (told: (name: string) => void) => () => void;
  /** The name of the second signal, if there is one: who asks a second time is not made to wait. */
  again: Promise<string>;
}

/** Listens for the signals that ask `self` to end. */
export function interruption(self: {
  on: (name: (typeof signals)[number], listener: () => void) => unknown;
}): Interruption {
  const controller = new AbortController();
  let asked: string | null = null;
  let holding: ((name: string) => void) | null = null;
  const again = new Promise<string>((resolve) => {
    for (const name of signals) {
      self.on(name, () => {
        if (asked !== null) resolve(name);
        else if (holding === null) controller.abort(name);
        else holding(name);
        asked ??= name;
      });
    }
  });
  const hold: Interruption["hold"] = (told) => {
    holding = told;
    return () => {
      holding = null;
      if (asked !== null) controller.abort(asked);
    };
  };
  return { signal: controller.signal, hold, again };
}
