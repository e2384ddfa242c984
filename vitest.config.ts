import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** The folders of src, of each of which the tests that need no engine take at least so many of the branches, in percent. */
const rooms = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
const floor = { branches: 90 };

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/skipped.ts"],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 120_000 } },
      { test: { name: "cli", include: ["test/cli/**/*.test.ts"], testTimeout: 120_000 } },
      {
        // Real docker engines and registries, real packages: one file after the other.
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        // Downloads every Node that is supported.
        test: {
          name: "nodes",
          include: ["test/nodes/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
    ],
    coverage: {
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "html"],
      thresholds: Object.fromEntries(rooms.map(({ name }) => [`src/${name}/**`, floor])),
    },
  },
});
