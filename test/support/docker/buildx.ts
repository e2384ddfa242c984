import type { DockerHost, Ended } from "./host.ts";
import { NotExpected, readWords } from "./words.ts";

/** `docker buildx inspect`, as buildx 0.29 prints it. */
export function inspect({ builders }: DockerHost, words: readonly string[]): Ended {
  const [name = "default", ...more] = readWords(words, {}).rest;
  if (more.length > 0) throw new NotExpected(`buildx inspect ${words.join(" ")}`);
  const own = { driver: "docker", status: "running", platforms: ["linux/amd64", "linux/amd64/v2", "linux/386"] };
  const found = builders.get(name) ?? (name === "default" ? own : undefined);
  if (found === undefined) return { exitCode: 1, stderr: `ERROR: no builder "${name}" found\n` };
  const running = [
    `BuildKit version: v0.26.3`,
    `Platforms:        ${found.platforms.join(", ")}`,
    "Labels:",
    " a.b: c",
  ];
  const lines = [
    `Name:          ${name}`,
    `Driver:        ${found.driver}`,
    "Last Activity: 2026-11-28 10:01:10 +0000 UTC",
    "",
    "Nodes:",
    `Name:             ${name}0`,
    `Endpoint:         ${found.driver === "docker" ? name : "tcp://buildkitd:1234"}`,
    `Status:           ${found.status}`,
    ...(found.status === "running" ? running : []),
  ];
  return { stdout: `${lines.join("\n")}\n` };
}

export function list({ builders }: DockerHost, words: readonly string[]): Ended {
  if (readWords(words, { "--format": "next" }).one("--format") !== "{{.Name}}") throw new NotExpected("buildx ls");
  // Nodes stand in lines of their own, without a name.
  return { stdout: ["default", "", ...[...builders.keys()].flatMap((name) => [name, ""])].join("\n") };
}
