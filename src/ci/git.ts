import path from "node:path";
import type { Host } from "../host/host.ts";
import { pick } from "./environment.ts";
import type { GitFacts } from "./local.ts";

const passed = ["PATH", "HOME", "USERPROFILE", "SystemRoot", "XDG_CONFIG_HOME", "LANG", "GIT_*"];

/** Asks git about the folder `cwd`. Nothing is known, and nothing fails, where there is no git or no repository. */
export async function gitFacts(host: Host, cwd: string): Promise<GitFacts> {
  if (!(await isInGit(host, cwd))) return nothing;
  const git = async (...args: string[]) => {
    // A repository owned by another user is common in CI; we only read. Optional locks would write to the index.
    const argv = ["git", "--no-optional-locks", "-c", "safe.directory=*", ...args] as const;
    const result = await host.exec({ argv: [...argv], cwd, env: pick(host.env, passed) });
    return result.exitCode === 0 ? result.stdout.trim() : null;
  };
  const [status, time, remoteHead, remoteUrl] = await Promise.all([
    git("status", "--porcelain=v2", "--branch", "--untracked-files=normal"),
    git("log", "-1", "--format=%ct"),
    git("symbolic-ref", "--short", "refs/remotes/origin/HEAD"),
    git("config", "--get", "remote.origin.url"),
  ]);
  const lines = status?.split("\n") ?? [];
  const header = (name: string) => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const oid = header("branch.oid");
  const head = header("branch.head");
  return {
    sha: oid === undefined || !/^[0-9a-f]{40,64}$/.test(oid) ? null : oid,
    branch: head === undefined || head === "(detached)" ? null : head,
    dirty: lines.some((line) => line !== "" && !line.startsWith("# ")),
    commitTime: time === null || !/^\d+$/.test(time) ? null : Number(time),
    defaultBranch: remoteHead?.replace(/^origin\//, "") ?? null,
    remoteUrl: remoteUrl === null ? null : withoutCredentials(remoteUrl),
  };
}

/** When `sha` was committed, seconds since 1970; null where git or the commit is not at hand. */
export async function commitTime(host: Host, cwd: string, sha: string): Promise<number | null> {
  if (!(await isInGit(host, cwd))) return null;
  const argv = ["git", "-c", "safe.directory=*", "show", "-s", "--format=%ct", sha, "--"] as const;
  const result = await host.exec({ argv: [...argv], cwd, env: pick(host.env, passed) });
  const text = result.stdout.trim();
  return result.exitCode === 0 && /^\d+$/.test(text) ? Number(text) : null;
}

const nothing: GitFacts = {
  sha: null,
  branch: null,
  dirty: false,
  commitTime: null,
  defaultBranch: null,
  remoteUrl: null,
};

/** Whether there is a repository here. Looking is cheap; starting git only to hear that there is none is not. */
async function isInGit(host: Host, cwd: string): Promise<boolean> {
  if (host.env.GIT_DIR !== undefined) return true;
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (await host.files.exists(path.join(folder, ".git"))) return true;
    if (folder === path.dirname(folder)) return false;
  }
}

/** A remote's URL may hold a token (`https://user:token@host/…`), which must not end up in a label. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, "$1");
}

/** The repository's tags; null if there are none to compare with, as in a clone without tags. */
export async function gitTags(host: Host, cwd: string): Promise<string[] | null> {
  const argv = ["git", "-c", "safe.directory=*", "tag", "--list"] as const;
  const result = await host.exec({ argv: [...argv], cwd, env: pick(host.env, passed) });
  const tags = result.stdout.split("\n").filter((tag) => tag !== "");
  return result.exitCode === 0 && tags.length > 0 ? tags : null;
}
