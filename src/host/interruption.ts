/** The run was stopped by a signal. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  constructor(readonly by: "SIGINT" | "SIGTERM" | "SIGHUP") {
    super(`stopped by ${by}`);
  }
}

/**
 * A signal that is aborted, with an {@link Interrupted} as the reason, when the process is asked to end. The run then
 * stops its children and cleans up; who asks a second time is not made to wait.
 */
export function interruption(self: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const [name, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    self.on(name, () => {
      if (controller.signal.aborted) self.exit(exitCode);
      controller.abort(new Interrupted(name));
    });
  }
  return controller.signal;
}
