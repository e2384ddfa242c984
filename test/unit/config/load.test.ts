import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { InputError, type Problem } from "../../../src/core/errors.ts";
import { systemFiles } from "../../../src/host/system-files.ts";
import { project } from "../../support/project.ts";

/** What is wrong with the only config of a project, and the project's folder. */
async function problemOf(name: string, text: string, explicit?: string): Promise<Problem & { cwd: string }> {
  const cwd = await project({ "package.json": {}, [name]: text });
  const error: unknown = await loadConfig(systemFiles, cwd, explicit).catch((thrown: unknown) => thrown);
  if (!(error instanceof InputError)) throw new Error("it was read", { cause: error });
  expect(error.problems).toHaveLength(1);
  return { ...error.problems[0]!, cwd };
}

describe("a script that cannot be read", () => {
  const name = "multistage-build.config.mjs";

  it.each([
    ["an error", 'throw new Error("no token");', "cannot be read: no token"],
    ["an error of a kind", 'throw new TypeError("no token");', "cannot be read: TypeError: no token"],
    ["an error without a stack", 'throw Object.assign(new Error("x"), { stack: undefined });', "cannot be read: x"],
    // It is the script's own file that is missing, not the script.
    ["a missing file", 'throw Object.assign(new Error("no such x"), { code: "ENOENT" });', "cannot be read: no such x"],
  ])("throws %s", async (_, text, message) => {
    expect(await problemOf(name, text, name)).toMatchObject({ message });
  });

  it("is shown with its own lines of the stack, named or found", async () => {
    for (const explicit of [name, undefined]) {
      const { cwd, hint, path: where } = await problemOf(name, '\nthrow new Error("no token");', explicit);
      expect(where).toBe(path.join(cwd, name));
      expect(hint).toContain(`${name}:2`);
    }
  });
});

it("a config that is named and not there is the flag's fault", async () => {
  expect(await problemOf("x.yaml", "", "y.yaml")).toMatchObject({ path: "--config", got: "y.yaml" });
});
