import type { Host } from "../host/host.ts";
import { withoutCredentials } from "../secrets/url.ts";
import { type AskGit, withGit } from "./git-folder.ts";
import type { GitFacts } from "./local.ts";

const nothing: GitFacts = {
  sha: null,
  branch: null,
  dirty: false,
  commitTime: null,
  defaultBranch: null,
  remoteUrl: null,
};

/** Asks git about the folder `cwd`. Nothing is known, and nothing fails, where there is no git or no repository. */
export async function gitFacts(host: Host, cwd: string): Promise<GitFacts> {
  const facts = await withGit(host, cwd, async ({ ask, settings }): Promise<GitFacts> => {
    const [head, status, remoteHead] = await Promise.all([
      commit(ask, "HEAD"),
      // Like `git describe --dirty`, which does not look at untracked files, either: a run itself may write some.
      ask(["status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=dirty"]),
      ask(["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"]),
    ]);
    const lines = status?.trimEnd().split("\n") ?? [];
    const branch = lines.find((line) => line.startsWith("# branch.head "))?.slice("# branch.head ".length);
    const remoteUrl = settings.get("remote.origin.url");
    return {
      sha: head?.sha ?? null,
      branch: branch === undefined || branch === "(detached)" ? null : branch,
      // What cannot be told is not to be taken for the commit.
      dirty: status === null ? head !== null : lines.some((line) => !line.startsWith("# ")),
      commitTime: head?.time ?? null,
      defaultBranch: remoteHead?.trim().replace(/^refs\/remotes\/origin\//, "") ?? null,
      remoteUrl: remoteUrl === undefined ? null : withoutCredentials(remoteUrl),
    };
  });
  return facts ?? nothing;
}

/** When `sha` was committed, seconds since 1970; null where git or the commit is not at hand. */
export async function commitTime(host: Host, cwd: string, sha: string): Promise<number | null> {
  return withGit(host, cwd, async ({ ask }) => (await commit(ask, sha))?.time ?? null);
}

/** The repository's tags; null if there are none to compare with, as in a clone without tags. */
export async function gitTags(host: Host, cwd: string): Promise<string[] | null> {
  const names = await withGit(host, cwd, ({ ask }) => ask(["for-each-ref", "--format=%(refname)", "refs/tags"]));
  const tags = (names ?? "").split("\n").filter((name) => name !== "");
  return tags.length === 0 ? null : tags.map((name) => name.slice("refs/tags/".length));
}

/** The commit that `name` leads to. `git log` and `git show` would look at its signature where they are told to. */
async function commit(ask: AskGit, name: string): Promise<{ sha: string; time: number | null } | null> {
  const object = await ask(["cat-file", "--batch"], `${name}^{commit}\n`);
  const sha = /^([0-9a-f]{40,64}) commit \d+\n/.exec(object ?? "")?.[1];
  if (object === null || sha === undefined) return null;
  const [header = ""] = object.split("\n\n", 1);
  const time = /^committer .*> (\d{1,12}) [+-]\d{4}$/m.exec(header)?.[1];
  return { sha, time: time === undefined ? null : Number(time) };
}
