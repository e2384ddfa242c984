import { EventEmitter } from "node:events";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { interruption } from "../../../src/host/interruption.ts";

/** A process that is sent signals, and what was told of those that have to wait. */
function asked(env: Record<string, string> = {}) {
  const self = Object.assign(new EventEmitter(), { ppid: 7, env });
  const told: string[] = [];
  const own = interruption(self);
  return {
    ...own,
    self,
    send: (name: string) => void self.emit(name),
    told,
    tell: (name: string) => void told.push(name),
  };
}

describe("an interruption", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"])("aborts with the signal's name: %s", (name) => {
    const { signal, send } = asked();
    expect(signal.aborted).toBe(false);
    send(name);
    expect([signal.aborted, signal.reason]).toEqual([true, name]);
  });

  it("waits while it is put off, and is told of", () => {
    const { signal, hold, send, told, tell } = asked();
    const letGo = hold(tell);
    send("SIGTERM");
    expect([signal.aborted, told]).toEqual([false, ["SIGTERM"]]);
    letGo();
    expect([signal.aborted, signal.reason]).toEqual([true, "SIGTERM"]);
  });

  it("does not come of putting off alone, and comes at once afterwards", () => {
    const { signal, hold, send, told, tell } = asked();
    hold(tell)();
    expect(signal.aborted).toBe(false);
    send("SIGINT");
    expect([signal.reason, told]).toEqual(["SIGINT", []]);
  });

  it.each([false, true])("makes nobody wait who asks a second time, put off: %s", async (putOff) => {
    const { hold, again, send, tell } = asked();
    if (putOff) hold(tell);
    send("SIGTERM");
    send("SIGINT");
    await expect(again).resolves.toBe("SIGINT");
  });

  it.each([
    ["npm's shell, which ends without passing a signal on", { npm_lifecycle_event: "npx" }, "SIGTERM"],
    ["a shell that is left for good", {}, undefined],
  ])("comes of the end of the parent if that is %s", (_, env, reason) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { signal, self } = asked(env);
    vi.advanceTimersByTime(60_000);
    expect(signal.aborted).toBe(false);
    self.ppid = 1;
    vi.advanceTimersByTime(60_000);
    expect(signal.reason).toBe(reason);
  });
});
