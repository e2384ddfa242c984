import { chmod, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { git, give, gitHost, openFolder, repository, users } from "../support/git.ts";
import { droneEnv, question } from "../support/project.ts";

/** A repository that wants to have a program run. */
interface Trap {
  /** Sets it, with the program's path. */
  set: (folder: string, program: string) => Promise<unknown>;
  /** What springs it: the proof that it is one. */
  spring: readonly string[];
  /** Variables of whoever asks. */
  env?: (folder: string, program: string) => Record<string, string>;
}

const configured =
  (...settings: [key: string, value: string | null][]): Trap["set"] =>
  async (folder, program) => {
    for (const [key, value] of settings) await git(folder, ["config", key, value ?? program]);
  };

const filter = (attribute: string, ...settings: [string, string | null][]): Trap["set"] => {
  return async (folder, program) => {
    await writeFile(`${folder}/.gitattributes`, `* ${attribute}=x\n`);
    await configured(...settings)(folder, program);
    // git compares the content only where a file was touched.
    await utimes(`${folder}/file`, 1, 1);
  };
};

/** A commit that says it is signed, so that a signature's check has something to check. */
const signed = async (folder: string) => {
  const text = await git(folder, ["cat-file", "commit", "HEAD"]);
  const lines = ["-----BEGIN PGP SIGNATURE-----", "", "x", "-----END PGP SIGNATURE-----"];
  await writeFile(`${folder}/commit`, text.replace("\n\n", `\ngpgsig ${lines.join("\n ")}\n\n`));
  await git(folder, ["update-ref", "HEAD", await git(folder, ["hash-object", "-t", "commit", "-w", "commit"])]);
};

/** A repository that says the rest of its objects is to be fetched. */
const partial = (...settings: [string, string | null][]): Trap => ({
  set: configured(
    ["core.repositoryFormatVersion", "1"],
    ["extensions.partialClone", "origin"],
    ["remote.origin.promisor", "true"],
    ...settings,
  ),
  spring: ["cat-file", "commit", missing],
});

const missing = "860c1904a1ce19322e91ac35af1ab07466440c37";
const status = ["status"];

const traps: Record<string, Trap> = {
  "core.fsmonitor": { set: configured(["core.fsmonitor", null]), spring: status },
  "log.showSignature": {
    set: async (folder, program) => {
      await signed(folder);
      await configured(["log.showSignature", "true"], ["gpg.program", null])(folder, program);
    },
    spring: ["log", "-1"],
  },
  "filter.clean": { set: filter("filter", ["filter.x.clean", null]), spring: status },
  "filter.process": { set: filter("filter", ["filter.x.process", null]), spring: status },
  "diff.textconv": { set: filter("diff", ["diff.x.textconv", null]), spring: ["log", "-1", "-p"] },
  "diff.external": {
    set: async (folder, program) => {
      await configured(["diff.external", null])(folder, program);
      await writeFile(`${folder}/file`, "2\n");
    },
    spring: ["diff"],
  },
  alias: {
    set: (folder, program) => git(folder, ["config", "alias.x", `!${program}`]),
    spring: ["x"],
  },
  "core.hooksPath": {
    set: async (folder, program) => {
      await mkdir(`${folder}/hooks`);
      await writeFile(`${folder}/hooks/post-index-change`, `#!/bin/sh\n${program}\n`, { mode: 0o755 });
      await git(folder, ["config", "core.hooksPath", `${folder}/hooks`]);
    },
    spring: ["update-index", "--force-write-index"],
  },
  "a hook": {
    set: (folder, program) =>
      writeFile(`${folder}/.git/hooks/post-index-change`, `#!/bin/sh\n${program}\n`, { mode: 0o755 }),
    spring: ["update-index", "--force-write-index"],
  },
  "include.path": {
    set: async (folder, program) => {
      await writeFile(`${folder}/more`, `[core]\n\tfsmonitor = ${program}\n`);
      await git(folder, ["config", "include.path", `${folder}/more`]);
    },
    spring: status,
  },
  "includeIf.path": {
    set: async (folder, program) => {
      await writeFile(`${folder}/more`, `[core]\n\tfsmonitor = ${program}\n`);
      await git(folder, ["config", "includeIf.onbranch:main.path", `${folder}/more`]);
    },
    spring: status,
  },
  "extensions.worktreeConfig": {
    set: async (folder, program) => {
      await configured(["core.repositoryFormatVersion", "1"], ["extensions.worktreeConfig", "true"])(folder, program);
      await writeFile(`${folder}/.git/config.worktree`, `[core]\n\tfsmonitor = ${program}\n`);
    },
    spring: status,
  },
  "core.worktree": {
    set: async (folder, program) => {
      await mkdir(`${folder}/other`);
      await writeFile(`${folder}/other/.gitattributes`, "* filter=x\n");
      await writeFile(`${folder}/other/file`, "2\n");
      await configured(["core.worktree", `${folder}/other`], ["filter.x.clean", null])(folder, program);
    },
    spring: status,
  },
  "core.sshCommand": partial(["remote.origin.url", "ssh://x/y"], ["core.sshCommand", null]),
  "core.gitProxy": partial(["remote.origin.url", "git://x/y"], ["core.gitProxy", null]),
  "remote.uploadpack": partial(["remote.origin.url", "."], ["remote.origin.uploadpack", null]),
  "remote.url": {
    ...partial(["protocol.ext.allow", "always"]),
    set: async (folder, program) => {
      await partial(["protocol.ext.allow", "always"]).set(folder, program);
      await git(folder, ["config", "remote.origin.url", `ext::${program}`]);
    },
  },
  "a submodule's settings": {
    set: async (folder, program) => {
      await repository(`${folder}/lib`);
      await git(folder, ["add", "lib"]);
      await git(`${folder}/lib`, ["config", "core.fsmonitor", program]);
    },
    spring: status,
  },
  "a .git that leads elsewhere": {
    set: async (folder, program) => {
      await git(folder, ["config", "core.fsmonitor", program]);
      await git(folder, ["init", "--separate-git-dir=parts"]);
    },
    spring: status,
  },
  GIT_DIR: {
    set: async (folder, program) => {
      await repository(`${folder}/other`);
      await git(`${folder}/other`, ["config", "core.fsmonitor", program]);
    },
    spring: status,
    env: (folder) => ({ GIT_DIR: `${folder}/other/.git`, GIT_WORK_TREE: `${folder}/other` }),
  },
  GIT_CONFIG_COUNT: {
    set: async () => undefined,
    spring: status,
    env: (_, program) => ({
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.fsmonitor",
      GIT_CONFIG_VALUE_0: program,
    }),
  },
  GIT_SSH_COMMAND: {
    ...partial(["remote.origin.url", "ssh://x/y"]),
    env: (_, program) => ({ GIT_SSH_COMMAND: program }),
  },
  "a HOME in the project": {
    set: async (folder, program) => {
      await filter("filter")(folder, program);
      await writeFile(`${folder}/.gitconfig`, `[filter "x"]\n\tclean = ${program}\n`);
    },
    spring: status,
    env: (folder) => ({ HOME: folder }),
  },
};

/** The trap in a folder of its own, with a project in it and in a folder below, and a way to see what it has sprung. */
async function lay({ set, env }: Trap) {
  const [folder, marks] = [await openFolder(), await openFolder()];
  await chmod(marks, 0o777);
  const program = `${marks}/program`;
  await writeFile(program, `#!/bin/sh\n: > ${marks}/sprung\nexit 1\n`);
  await chmod(program, 0o755);
  await repository(folder);
  await set(folder, program);
  const config = `flavor: { latest: highest }\n${question["multistage-build.config.yaml"]}`;
  for (const place of [folder, `${folder}/below`]) {
    await writeFile(`${place}/multistage-build.config.yaml`, config);
    await writeFile(`${place}/multistage.Dockerfile`, question["multistage.Dockerfile"]);
    await writeFile(`${place}/package.json`, "{}");
  }
  const sprung = async () => {
    const found = (await readdir(marks)).includes("sprung");
    await rm(`${marks}/sprung`, { force: true });
    return found;
  };
  return { folder, sprung, env: env?.(folder, program) ?? {} };
}

const commands = [["plan"], ["tags"], ["ref", "app1"], ["--dry-run"]];
const places = [
  ["laptop", {}],
  ["CI", droneEnv({ DRONE_COMMIT_SHA: missing })],
] as const;

describe("nothing that a repository brings is run", () => {
  it.each(Object.entries(traps))("%s", { timeout: 120_000 }, async (_, trap) => {
    const { folder, sprung, env } = await lay(trap);
    const found: string[] = [];
    for (const owner of users) {
      await give(folder, owner);
      await chmod(folder, 0o755);
      for (const user of users) {
        for (const [at, variables] of places) {
          const command = commands[found.length % commands.length]!;
          // In every second one of each pair of users the trap is in the folder above.
          const isBelow = (found.length + users.indexOf(user) + users.indexOf(owner)) % 2 === 1;
          const cwd = isBelow ? path.join(folder, "below") : folder;
          const code = await main({ ...gitHost(cwd, { ...variables, ...env }, user), argv: command });
          found.push(`${command.join(" ")} in ${path.relative(folder, cwd)} at ${at}: ${code} ${await sprung()}`);
        }
      }
    }
    expect(found.filter((line) => !line.endsWith(" 0 false"))).toEqual([]);
    expect(found).toHaveLength(users.length ** 2 * places.length);
    // Whoever asks git without care springs it.
    await git(folder, trap.spring, env);
    expect(await sprung()).toBe(true);
  });
});
