import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { commitTime, gitFacts, gitTags } from "../../../src/ci/git.ts";
import type { Host } from "../../../src/host/host.ts";
import { factsOf } from "./facts-of.ts";
import { git, give, gitHost, openFolder, repository, users } from "../../support/git.ts";

const time = 1578616200;

const main = { branch: "main", dirty: false, commitTime: time };

describe("gitFacts", () => {
  it.each<[string, (folder: string) => Promise<string | void>, object]>([
    ["a repository", (folder) => repository(folder), main],
    [
      "a folder below",
      async (folder) => {
        await repository(folder);
        return path.join(folder, "below");
      },
      main,
    ],
    ["a repository with sha256", (folder) => repository(folder, ["--object-format=sha256"]), main],
    [
      "one with another place for its folder",
      (folder) => repository(path.join(folder, "work"), ["--separate-git-dir=../parts"]).then(() => `${folder}/work`),
      main,
    ],
    [
      "packed objects and refs",
      async (folder) => {
        await repository(folder);
        await git(folder, ["gc", "--quiet"]);
        await git(folder, ["pack-refs", "--all", "--prune"]);
      },
      main,
    ],
    [
      "a detached HEAD",
      async (folder) => {
        await repository(folder);
        await git(folder, ["checkout", "--quiet", "--detach"]);
      },
      { ...main, branch: null },
    ],
    [
      "a linked work tree",
      async (folder) => {
        await repository(path.join(folder, "main"));
        await git(`${folder}/main`, ["worktree", "add", "--quiet", "-b", "other", "../linked"]);
        await git(`${folder}/main`, ["commit", "--quiet", "--allow-empty", "--message=second"]);
        return `${folder}/linked`;
      },
      { ...main, branch: "other" },
    ],
    [
      "a submodule",
      async (folder) => {
        await repository(`${folder}/lib`);
        await repository(`${folder}/app`);
        await git(`${folder}/app`, [
          "-c",
          "protocol.file.allow=always",
          "submodule",
          "--quiet",
          "add",
          "../lib",
          "lib",
        ]);
        return `${folder}/app/lib`;
      },
      main,
    ],
    [
      "a shallow clone",
      async (folder) => {
        await repository(`${folder}/full`);
        await git(`${folder}/full`, ["commit", "--quiet", "--allow-empty", "--message=second"]);
        await git(folder, ["clone", "--quiet", "--depth=1", `file://${folder}/full`, "clone"]);
        return `${folder}/clone`;
      },
      { ...main, defaultBranch: "main" },
    ],
    [
      "objects of another repository",
      async (folder) => {
        await repository(`${folder}/full`);
        await git(folder, ["clone", "--quiet", "--shared", "full", "clone"]);
        return `${folder}/clone`;
      },
      main,
    ],
    [
      "an index in two parts",
      async (folder) => {
        await repository(folder);
        await git(folder, ["update-index", "--split-index"]);
      },
      main,
    ],
    [
      "a sparse work tree",
      async (folder) => {
        await repository(folder);
        await writeFile(`${folder}/below/file`, "2\n");
        await git(folder, ["add", "."]);
        await git(folder, ["commit", "--quiet", "--message=second"]);
        await git(folder, ["sparse-checkout", "set", "--sparse-index", "nothing"]);
      },
      main,
    ],
    [
      "a tag that is a tree",
      async (folder) => {
        await repository(folder);
        await git(folder, ["tag", "tree", "HEAD^{tree}"]);
      },
      main,
    ],
    [
      "a commit of year 10,000,000",
      async (folder) => {
        await repository(folder);
        const text = await git(folder, ["cat-file", "commit", "HEAD"]);
        await writeFile(`${folder}/commit`, `${text.replaceAll(String(time), "316000000000000")}\n`);
        const far = await git(folder, ["hash-object", "-t", "commit", "-w", "commit"]);
        await git(folder, ["update-ref", "HEAD", far]);
      },
      { ...main, commitTime: null },
    ],
  ])("knows %s", async (_, make, expected) => {
    const { sha, facts } = await factsOf(make);
    expect(facts).toMatchObject({ sha, ...expected });
    expect(sha).toMatch(/^[0-9a-f]{40,64}$/);
  });

  it.each<[string, (folder: string) => Promise<unknown>]>([
    ["a folder without git", async () => undefined],
    ["an empty .git", (folder) => mkdir(`${folder}/.git`)],
    ["a .git that says nothing", (folder) => writeFile(`${folder}/.git`, "x")],
    ["a .git that leads nowhere", (folder) => writeFile(`${folder}/.git`, "gitdir: /nonexistent\n")],
    ["a .git that leads to itself", (folder) => symlink(".git", `${folder}/.git`)],
    ["a bare repository", (folder) => git(folder, ["init", "--bare"])],
    [
      "a HEAD of nonsense",
      async (folder) => {
        await repository(folder);
        await writeFile(`${folder}/.git/HEAD`, "nonsense");
      },
    ],
  ])("knows nothing of %s", async (_, make) => {
    const { facts } = await factsOf(async (folder) => void (await make(folder)));
    expect(facts).toMatchObject({ sha: null, branch: null, dirty: false, commitTime: null });
  });

  it("knows the branch before its first commit", async () => {
    const { facts } = await factsOf(async (folder) => void (await git(folder, ["init", "--initial-branch=dev"])));
    expect(facts).toMatchObject({ sha: null, branch: "dev", dirty: false });
  });

  it("knows nothing without git", async () => {
    const folder = await openFolder();
    await repository(folder);
    expect(await gitFacts(gitHost(folder, { PATH: "/nonexistent" }), folder)).toMatchObject({
      sha: null,
      dirty: false,
    });
  });

  it.each<keyof Host["files"]>(["makeTemporary", "write", "link"])("knows nothing on a full disk: %s", async (name) => {
    const folder = await openFolder();
    await repository(folder);
    const host = gitHost(folder);
    const files = { ...host.files, [name]: () => Promise.reject(new Error("ENOSPC: no space left on device")) };
    expect(await gitFacts({ ...host, files }, folder)).toMatchObject({ sha: null, dirty: false });
  });

  it("takes what git cannot compare for changed", async () => {
    const { facts, sha } = await factsOf(async (folder) => {
      await repository(folder);
      await writeFile(`${folder}/.git/index`, "nonsense");
    });
    expect(facts).toMatchObject({ sha, dirty: true });
  });

  it("finds where it was cloned from, without a password", async () => {
    const { facts } = await factsOf(async (folder) => {
      await repository(folder);
      await git(folder, ["remote", "add", "origin", "https://me:p@ss@host/octocat/hello.git"]);
    });
    expect(facts.remoteUrl).toBe("https://host/octocat/hello.git");
  });

  it("is led nowhere by variables", async () => {
    const other = await openFolder();
    await repository(other);
    const env = { GIT_DIR: `${other}/.git`, GIT_WORK_TREE: other, GIT_INDEX_FILE: `${other}/.git/index` };
    const { facts } = await factsOf(async () => undefined, env);
    expect(facts.sha).toBeNull();
  });
});

describe("a repository", () => {
  const pairs = users.flatMap((owner) => users.map((user) => [owner, user] as const));

  it.each(pairs)("of user %i is as well known to user %i as one of their own", async (owner, user) => {
    const folder = await openFolder();
    await repository(folder);
    await writeFile(`${folder}/file`, "2\n");
    await give(folder, owner);
    const host = gitHost(folder, {}, user);
    expect(await gitFacts(host, folder)).toMatchObject({ ...main, dirty: true });
  });

  it.each([
    ["config", time],
    ["commondir", time],
    ["HEAD", null],
  ])("with a pipe for its %s keeps nobody waiting", async (name, known) => {
    const folder = await openFolder();
    await repository(folder);
    await rm(`${folder}/.git/${name}`, { force: true });
    await execa("mkfifo", [`${folder}/.git/${name}`]);
    expect(await gitFacts(gitHost(folder), folder)).toMatchObject({ commitTime: known });
  });
});

describe("commitTime", () => {
  it("is the commit's, also by a tag's id", async () => {
    const { host, cwd, sha } = await factsOf(async (folder) => {
      await repository(folder);
      await git(folder, ["tag", "--annotate", "--message=x", "v1"], { GIT_COMMITTER_DATE: "1600000000 +0000" });
    });
    const tag = (await git(cwd, ["rev-parse", "v1"])).trim();
    expect(tag).not.toBe(sha);
    expect([await commitTime(host, cwd, sha), await commitTime(host, cwd, tag)]).toEqual([time, time]);
  });

  it("is not known of a commit that is not there, nor of what is none", async () => {
    const { host, cwd } = await factsOf((folder) => repository(folder));
    const tree = (await git(cwd, ["rev-parse", "HEAD^{tree}"])).trim();
    expect([await commitTime(host, cwd, "1".repeat(40)), await commitTime(host, cwd, tree)]).toEqual([null, null]);
  });
});

it("gitTags lists the repository's tags, if it has any", async () => {
  const { host, cwd } = await factsOf((folder) => repository(folder));
  expect(await gitTags(host, cwd)).toBeNull();
  for (const tag of ["v1.0.0", "release/2"]) await git(cwd, ["tag", tag]);
  expect(await gitTags(host, cwd)).toEqual(["release/2", "v1.0.0"]);
});
