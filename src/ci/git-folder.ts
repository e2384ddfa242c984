import path from "node:path";
import type { Host } from "../host/host.ts";
import { pick } from "./environment.ts";

/** Asks git: what it prints, or null where it has no answer. */
export type AskGit = (args: readonly string[], stdin?: string) => Promise<string | null>;

/** A repository that may be asked, and the settings of its own file. */
export interface Git {
  ask: AskGit;
  /** By key, as `git config --list` writes it. */
  settings: ReadonlyMap<string, string>;
}

/** Where a repository's parts lie. A linked work tree has only HEAD and index of its own; `common` holds the rest. */
interface Place {
  workTree: string;
  own: string;
  common: string;
}

/**
 * Asks about the repository that `cwd` is in, whoever it belongs to; null where there is none, or no git.
 *
 * A repository's settings name commands that git runs by itself (core.fsmonitor, filters, signature checks, the ways to
 * a remote), so git never gets to see them: it is asked in a private folder that has the repository's objects, refs and
 * index, and of its settings only those that say how to read them. Nor do variables lead git elsewhere.
 */
export async function withGit<T>(host: Host, cwd: string, use: (git: Git) => Promise<T>): Promise<T | null> {
  const place = await findRepository(host, cwd);
  if (place === null) return null;
  // What git would say is worth no failure: on a full disk it is as unknown as without git.
  const folder = await host.files.makeTemporary("multistage-build-", [host.cwd, place.workTree]).catch(() => null);
  if (folder === null) return null;
  try {
    const ask = asker(host, place, folder);
    const settings = settingsIn(await ask(["config", "--file", "-", "--null", "--list"], await config(host, place)));
    const isFurnished = await furnish(host, place, folder, settings).then(
      () => true,
      () => false,
    );
    return isFurnished ? await use({ ask, settings }) : null;
  } finally {
    await host.files.remove(folder);
  }
}

/** Looking is cheap; starting git only to hear that there is none is not. */
async function findRepository(host: Host, cwd: string): Promise<Place | null> {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const own = await gitFolder(host, folder);
    if (own !== null) {
      // https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-commondir
      const shared = await line(host, path.join(own, "commondir"));
      return { workTree: folder, own, common: path.resolve(own, shared ?? ".") };
    }
    if (folder === path.dirname(folder)) return null;
  }
}

/** `.git` is the repository, or a file that says where it is: in a submodule and in a linked work tree. */
async function gitFolder(host: Host, folder: string): Promise<string | null> {
  const place = path.join(folder, ".git");
  if (await host.files.exists(path.join(place, "HEAD"))) return place;
  const elsewhere = /^gitdir: (.+)$/.exec((await line(host, place)) ?? "")?.[1];
  return elsewhere === undefined ? null : path.resolve(folder, elsewhere);
}

async function line(host: Host, file: string): Promise<string | null> {
  const text = await host.files.read(file);
  return text?.split(/\r?\n/)[0] ?? null;
}

async function config(host: Host, { common }: Place): Promise<string> {
  return (await host.files.read(path.join(common, "config"))) ?? "";
}

/** In milliseconds. What keeps git longer (a FIFO in place of a file, a network's disk) keeps it from being known. */
const limit = 10_000;

function asker(host: Host, { workTree }: Place, folder: string): AskGit {
  const env = {
    ...pick(host.env, ["PATH", "SystemRoot", ...["HOME", "USERPROFILE", "XDG_CONFIG_HOME"].filter(isOutside)]),
    LC_ALL: "C",
    GIT_DIR: folder,
    GIT_WORK_TREE: workTree,
    // They would write to the index.
    GIT_OPTIONAL_LOCKS: "0",
  };
  /** The user's own settings count (Git LFS is a filter), but not if what lies in the project could say what they are. */
  function isOutside(name: string): boolean {
    return path.relative(workTree, path.resolve(host.env[name] ?? "/")).startsWith("..");
  }
  return async (args, stdin) => {
    const result = await host.exec({
      argv: ["git", ...args],
      cwd: folder,
      env,
      limit,
      ...(stdin === undefined ? {} : { stdin }),
    });
    return result.exitCode === 0 ? result.stdout : null;
  };
}

function settingsIn(listed: string | null): Map<string, string> {
  const entries = (listed ?? "").split("\0").filter((entry) => entry !== "");
  return new Map(
    entries.map((entry) => {
      const end = entry.indexOf("\n");
      // A key without a value is switched on.
      return end === -1 ? [entry, "true"] : [entry.slice(0, end), entry.slice(end + 1)];
    }),
  );
}

/** The settings that say how objects, refs and files are to be read. */
const formats = [
  ...["repositoryformatversion", "filemode", "symlinks", "ignorecase", "precomposeunicode", "autocrlf", "eol"].map(
    (name) => ({ section: "core", name }),
  ),
  ...["objectformat", "refstorage"].map((name) => ({ section: "extensions", name })),
];

async function furnish(
  host: Host,
  { own, common }: Place,
  folder: string,
  settings: ReadonlyMap<string, string>,
): Promise<void> {
  const kept = formats.flatMap(({ section, name }) => {
    const value = settings.get(`${section}.${name}`) ?? "";
    return /^\w+$/.test(value) ? [`[${section}]\n\t${name} = ${value}\n`] : [];
  });
  // The user's own settings may name a daemon to start for a repository, and hooks that lie in it.
  const ours = "[core]\n\tbare = false\n\tfsmonitor =\n\thooksPath = /dev/null\n\tuntrackedCache = false\n";
  await host.files.write(path.join(folder, "config"), `${kept.join("")}${ours}`);
  // git takes no HEAD that is a link to a file.
  await host.files.write(path.join(folder, "HEAD"), `${(await line(host, path.join(own, "HEAD"))) ?? ""}\n`);
  const parts = ["index", ...(await host.files.list(own)).filter((name) => name.startsWith("sharedindex."))];
  const links = [
    ...parts.map((name) => path.join(own, name)),
    ...["objects", "refs", "packed-refs", "reftable", "shallow"].map((name) => path.join(common, name)),
  ];
  for (const link of links) {
    if (await host.files.exists(link)) await host.files.link(link, path.join(folder, path.basename(link)));
  }
}
