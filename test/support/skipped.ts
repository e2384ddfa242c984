import { spawnSync } from "node:child_process";
import path from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/** Says in one line which end-to-end tests were skipped for want of what they need, and why. */
export default class Skipped implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules.flatMap(({ moduleId, project, children }) => {
      // With a pattern on the command line, all that it does not fit are skipped.
      const counts = project.name === "e2e" && project.config.testNamePattern === undefined;
      const skipped = counts ? [...children.allTests("skipped")].length : 0;
      return skipped > 0 ? [{ name: path.basename(moduleId, ".test.ts"), skipped }] : [];
    });
    if (files.length === 0) return;
    const count = files.reduce((sum, { skipped }) => sum + skipped, 0);
    const names = files.map(({ name }) => name).toSorted();
    process.stdout.write(`\nSkipped end-to-end tests: ${count} (${names.join(", ")}), as ${reason()}\n`);
  }
}

function reason(): string {
  const missing = "they need an engine with buildx, or to be root on Debian with its docker packages";
  if (process.env.E2E_ENGINES !== undefined) return missing;
  const { status, error, stderr } = spawnSync("docker", ["version"], { encoding: "utf8", timeout: 20_000 });
  if (error !== undefined) return "there is no docker in PATH";
  return status === 0 ? missing : `no docker engine answers (${stderr.trim().split("\n").at(-1)})`;
}
