import { rm, utimes, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { gitFacts } from "../../../src/ci/git.ts";
import { git, gitHost, openFolder, repository } from "../../support/git.ts";
import { factsOf } from "./facts-of.ts";

describe("a work tree is dirty", () => {
  it.each<[string, boolean, (folder: string) => Promise<unknown>]>([
    ["with a changed file", true, (folder) => writeFile(`${folder}/file`, "2\n")],
    [
      "with a file that is to be committed",
      true,
      async (folder) => {
        await writeFile(`${folder}/new`, "");
        await git(folder, ["add", "new"]);
      },
    ],
    // What a run writes (--metadata-file, --tags-file) would make the next command's build tag another one.
    ["not with one that git does not know", false, (folder) => writeFile(`${folder}/run.json`, "{}")],
    ["not with a file that was only touched", false, (folder) => utimes(`${folder}/file`, 1, 1)],
    [
      "not with one whose line ends git has changed",
      false,
      async (folder) => {
        await git(folder, ["config", "core.autocrlf", "true"]);
        await rm(`${folder}/file`);
        await git(folder, ["checkout", "file"]);
        await utimes(`${folder}/file`, 1, 1);
      },
    ],
    ["with a submodule at another commit", true, (folder) => submodule(folder, ["commit", "--allow-empty", "-m", "2"])],
  ])("%s", async (_, dirty, change) => {
    const { facts } = await factsOf(async (folder) => {
      await repository(folder);
      await change(folder);
    });
    expect(facts).toMatchObject({ branch: "main", dirty });
  });

  async function submodule(folder: string, command: readonly string[]): Promise<void> {
    await repository(`${folder}/lib`);
    await git(folder, ["add", "lib"]);
    await git(folder, ["commit", "--quiet", "--message=second"]);
    await git(`${folder}/lib`, command);
  }
});

describe("the user's own settings", () => {
  const settings = (filter: string) => `[filter "rot"]\n\tclean = ${filter}\n`;
  const filtered = async (folder: string) => {
    await repository(folder);
    await writeFile(`${folder}/.gitattributes`, "file filter=rot\n");
    // What the filter makes of it is what was committed.
    await writeFile(`${folder}/file`, "2\n");
  };

  it("count, as those of Git LFS", async () => {
    const home = await openFolder();
    await writeFile(`${home}/.gitconfig`, settings("tr 2 1"));
    const { facts } = await factsOf(filtered, { HOME: home });
    expect(facts).toMatchObject({ branch: "main", dirty: false });
  });

  it("are not the project's", async () => {
    const folder = await openFolder();
    await filtered(folder);
    await writeFile(`${folder}/.gitconfig`, settings("tr 2 1"));
    expect(await gitFacts(gitHost(folder, { HOME: folder }), folder)).toMatchObject({ branch: "main", dirty: true });
  });
});
