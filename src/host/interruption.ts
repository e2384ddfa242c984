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

/** As much of a process as it takes to hear that it is asked to end. */
interface Self {
  on: (name: (typeof signals)[number], listener: () => void) => unknown;
  ppid: number;
  env: Readonly<Record<string, string | undefined>>;
}

const lookEvery = 500;

/** Listens for the signals that ask `self` to end. */
export function interruption(self: Self): Interruption {
  const controller = new AbortController();
  let asked: string | null = null;
  let holding: ((name: string) => void) | null = null;
  const again = new Promise<string>((resolve) => {
    const ask = (name: string) => {
      if (asked !== null) resolve(name);
      else if (holding === null) controller.abort(name);
      else holding(name);
      asked ??= name;
    };
    for (const name of signals) self.on(name, () => ask(name));
    watchParent(self, () => asked === null && ask("SIGTERM"));
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

/**
 * npx passes a signal on to the shell that it starts this program with, and that shell ends without passing it on:
 * all that is seen of it here is that the parent is gone. https://github.com/npm/cli/issues/5776
 */
function watchParent(self: Self, isGone: () => void): void {
  if (self.env["npm_lifecycle_event"] === undefined) return;
  const first = self.ppid;
  const timer = setInterval(() => {
    if (self.ppid === first) return;
    clearInterval(timer);
    isGone();
  }, lookEvery);
  timer.unref();
}
