import { describe, expect, it } from "vitest";
import type { ExecResult } from "../../../src/host/host.ts";
import { RegistryError } from "../../../src/registry/registry-error.ts";
import { withRegistryRetries } from "../../../src/run/registry-retry.ts";
import { attempts, withRetries } from "../../../src/run/retry.ts";
import { fakeHost } from "../../support/host.ts";

const host = () => fakeHost([], { cwd: "/" }, { out: "", err: "", commands: [] });

/** What comes of a process that prints these texts in turn, "" being a success; the last one for ever. */
async function retrying(...texts: string[]) {
  const [own, notes] = [host(), [] as string[]];
  const started = own.now();
  let tried = 0;
  const { result } = await withRetries(
    own,
    "push a",
    (line) => void notes.push(line),
    () => {
      const text = texts[Math.min(tried++, texts.length - 1)]!;
      const ended: ExecResult = { exitCode: text === "" ? 0 : 1, stdout: "", stderr: text, missing: false };
      return Promise.resolve({ result: ended, text });
    },
  );
  return { exitCode: result.exitCode, tried, notes, waited: own.now() - started };
}

const unwell = "received unexpected HTTP status: 503 Service Unavailable";

describe("a docker process", () => {
  it.each([
    ["that succeeds is run once", [""], { exitCode: 0, tried: 1 }],
    ["that is denied is run once", ["denied: requested access to the resource is denied"], { exitCode: 1, tried: 1 }],
    ["whose image is missing is run once", ["manifest unknown"], { exitCode: 1, tried: 1 }],
    ["whose RUN fails is run once", ["process did not complete successfully: exit code: 1"], { exitCode: 1, tried: 1 }],
    ["that fails for a passing reason is run again", [unwell, unwell, ""], { exitCode: 0, tried: 3 }],
    ["that then fails for good is not", [unwell, "denied: no"], { exitCode: 1, tried: 2 }],
    ["that always fails for a passing reason is given up", [unwell], { exitCode: 1, tried: attempts }],
  ])("%s", async (_, texts, expected) => {
    expect(await retrying(...texts)).toMatchObject(expected);
  });

  it("waits longer each time, and says what for", async () => {
    const { notes, waited } = await retrying(unwell);
    // Three quarters of 1, 2, 4 and 8 seconds, the test's chance being a half.
    expect(waited).toBe(750 * (1 + 2 + 4 + 8));
    expect(notes).toHaveLength(attempts - 1);
    expect(notes[0]).toBe(`push a: ${unwell}; trying again in 0.8 s (2 of 5)`);
  });

  it.each([
    ["toomanyrequests: slow down, Retry-After: 9", 9_000],
    ["toomanyrequests: retry after 9", 9_000],
    ["toomanyrequests: Retry-After: 0", 750],
    // Nobody waits for hours in a pipeline.
    ["toomanyrequests: Retry-After: 9999", 300_000],
  ])("waits as told: %s", async (text, expected) => {
    expect((await retrying(text, "")).waited).toBe(expected);
  });
});

describe("a request to a registry", () => {
  /** What comes of a request that fails with these in turn, and then succeeds. */
  async function requesting(...errors: Error[]) {
    const [own, left] = [host(), [...errors]];
    const started = own.now();
    const act = async () => {
      const error = left.shift();
      if (error !== undefined) throw error;
      return "done";
    };
    const result = await withRegistryRetries(own, "a.com/b", () => undefined, act).catch(
      (error: Error) => error.message,
    );
    return { result, left: left.length, waited: own.now() - started };
  }

  it.each([0, 429, 500, 502, 503, 504])("that ends in %i is made again", async (status) => {
    expect(await requesting(new RegistryError(status, "no"))).toEqual({ result: "done", left: 0, waited: 750 });
  });

  it.each([400, 401, 403, 404, 405])("that ends in %i is not", async (status) => {
    const again = new RegistryError(status, "again");
    expect(await requesting(new RegistryError(status, "no"), again)).toEqual({ result: "no", left: 1, waited: 0 });
  });

  it("is not made again for a fault of our own", async () => {
    expect(await requesting(new TypeError("bug"))).toMatchObject({ result: "bug" });
  });

  it("waits as long as it is asked to, within reason", async () => {
    expect((await requesting(new RegistryError(429, "no", 9_000))).waited).toBe(9_000);
    expect((await requesting(new RegistryError(429, "no", 86_400_000))).waited).toBe(300_000);
  });

  it("is given up in the end", async () => {
    const errors = Array.from({ length: attempts + 1 }, (_, at) => new RegistryError(503, `no ${at + 1}`));
    expect(await requesting(...errors)).toMatchObject({ result: `no ${attempts}`, left: 1 });
  });
});
