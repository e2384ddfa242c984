import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { systemFiles } from "../../src/host/system-files.ts";
import { fakeHost } from "./host.ts";

/** Runs git in `cwd` as it comes, whoever the folder belongs to, and returns what it prints. */
export async function git(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const result = await execa("git", ["-c", "safe.directory=*", ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: "/nonexistent", ...identity, ...env },
    extendEnv: false,
    reject: false,
    timeout: 20_000,
    stdin: "ignore",
  });
  return result.stdout;
}

const identity = {
  GIT_AUTHOR_NAME: "me",
  GIT_AUTHOR_EMAIL: "me@example.com",
  GIT_AUTHOR_DATE: "1578616200 +0000",
  GIT_COMMITTER_NAME: "me",
  GIT_COMMITTER_EMAIL: "me@example.com",
  GIT_COMMITTER_DATE: "1578616200 +0000",
};

/** Makes a folder that everybody may look into. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "git-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  return folder;
}

/** Makes a repository of one commit in `folder`, with a file and a folder `below` in it. */
export async function repository(folder: string, init: readonly string[] = []): Promise<void> {
  await mkdir(path.join(folder, "below"), { recursive: true });
  await writeFile(path.join(folder, "file"), "1\n");
  await git(folder, ["init", "--quiet", "--initial-branch=main", ...init]);
  await git(folder, ["add", "file"]);
  await git(folder, ["commit", "--quiet", "--message=first"]);
}

/** Somebody who is not root; nobody's id on every Linux. */
const somebodyElse = 65_534;

/** Users that a test can stand for: only root can be another. */
export const users = process.getuid?.() === 0 ? [0, somebodyElse] : [process.getuid?.() ?? 0];

export async function give(folder: string, user: number): Promise<void> {
  if (user === process.getuid?.()) return;
  await chown(folder, user, user);
  for (const name of await readdir(folder, { recursive: true })) {
    await chown(path.join(folder, name), user, user).catch(() => undefined);
  }
}

/** A host whose git is the real one, run by `user`. */
export function gitHost(cwd: string, env: Record<string, string> = {}, user = users[0]!): Host {
  const host = fakeHost([], { cwd, env: { PATH: process.env.PATH ?? "", ...env } }, { out: "", err: "", commands: [] });
  const own = user === process.getuid?.();
  return {
    ...host,
    files: {
      ...systemFiles,
      makeTemporary: async (prefix, workspace) => {
        const folder = await systemFiles.makeTemporary(prefix, workspace);
        await give(folder, user);
        return folder;
      },
    },
    exec: async ({ argv: [file, ...args], cwd: folder, env: variables, stdin, limit = 0 }) => {
      const result = await execa(file, args, {
        ...(folder === undefined ? {} : { cwd: folder }),
        env: { ...variables },
        extendEnv: false,
        reject: false,
        timeout: limit,
        ...(stdin === undefined ? { stdin: "ignore" as const } : { input: stdin }),
        ...(own ? {} : { uid: user, gid: user }),
      });
      const missing = result.code === "ENOENT";
      return { exitCode: result.exitCode ?? 127, stdout: result.stdout, stderr: result.stderr, missing };
    },
  };
}
