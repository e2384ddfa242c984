import { rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "tsdown";
import { folder } from "./projects.js";
import { row } from "./row.js";

const root = path.resolve(import.meta.dirname, "../..");
const targets = 10_000;
const rules = [
  "type=semver,pattern={{version}}",
  "type=semver,pattern={{major}}.{{minor}}",
  "type=semver,pattern={{major}}",
  "type=ref,event=branch",
  "type=ref,event=pr",
  "type=sha",
  "type=edge",
  "type=raw,value=build-{{build}}",
];

/** The tag engine by itself: ten thousand targets that share eight rules. */
export async function tagRows() {
  const outDir = folder({});
  const entry = { policy: path.join(root, "src/tags/policy.ts"), evaluate: path.join(root, "src/tags/evaluate.ts") };
  await build({ config: false, cwd: root, entry, outDir, format: "esm", dts: false, clean: false, logLevel: "silent" });
  const load = (/** @type {string} */ name) => import(pathToFileURL(path.join(outDir, `${name}.mjs`)).href);
  const [{ parseTagPolicy }, { evaluateTags }] = await Promise.all([load("policy"), load("evaluate")]);
  rmSync(outDir, { recursive: true });
  const inputs = { event, now: 0, env: {}, files: new Map(), gitTags: null };
  const before = process.cpuUsage();
  const { policy } = parseTagPolicy({ tags: rules }, "tags");
  let tags = 0;
  for (let at = 0; at < targets; at++) {
    tags += evaluateTags(policy, inputs, { prefix: "", suffix: `-v${at}` }, `targets.app${at}`).tags.length;
  }
  const { user, system } = process.cpuUsage(before);
  const text = `${targets.toLocaleString("en")} targets × ${rules.length} rules, ${tags.toLocaleString("en")} tags`;
  return [row("seconds of CPU to tag", 1, (user + system) / 1e6, text)];
}

/** The build event of the git tag v1.2.3. */
const event = {
  provider: "drone",
  kind: "tag",
  ref: "refs/tags/v1.2.3",
  branch: null,
  tag: "v1.2.3",
  pullRequest: null,
  sha: "860c1904a1ce19322e91ac35af1ab07466440c37",
  buildNumber: 42,
  defaultBranch: "master",
  parent: null,
  deployTo: null,
  baseRef: null,
  dirty: false,
  commitTime: null,
  repository: null,
  sourceUrl: null,
  url: null,
};
