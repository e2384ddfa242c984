import { describe, expect, it } from "vitest";
import { run } from "../support/host.ts";
import { droneEnv, project, question } from "../support/project.ts";

describe("a bug of ours", () => {
  it.each<[string, unknown, string]>([
    ["an error", new TypeError("a is undefined"), "a is undefined"],
    ["anything else", "just a text", "just a text"],
  ])("is said to be one, and ends with 70: %s", async (_, thrown, message) => {
    const commands = {
      "docker ": () => {
        throw thrown as Error;
      },
    };
    const ended = await run(["--json", "--no-push"], { cwd: await project(question), env: droneEnv(), commands });
    expect(ended.code).toBe(70);
    expect(JSON.parse(ended.out)).toEqual({ error: { code: "bug", message, hint: null } });
    expect(ended.err).toMatch(/This is a bug in multistage-build, please report it.\nmultistage-build \d/);
  });
});
