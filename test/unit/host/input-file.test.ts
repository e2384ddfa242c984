import { chmod, mkdir, open, symlink, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemFiles } from "../../../src/host/system-files.ts";
import { asNobody } from "../../support/as-nobody.ts";
import { project } from "../../support/project.ts";

const utf16 = Buffer.from("\uFEFFA", "utf16le");

describe("a regular file", () => {
  it.each<[string, string | Buffer, string]>([
    ["as it is", "a\r\nb\n", "a\r\nb\n"],
    ["that is empty", "", ""],
    ["without its byte order mark", "\uFEFFa", "a"],
    ["of other bytes, which show", Buffer.from([0x61, 0xe9]), "a\uFFFD"],
    ["of another encoding, which shows", utf16, "\uFFFD\uFFFDA\0"],
  ])("is read %s", async (_, content, text) => {
    const folder = await project({});
    await writeFile(`${folder}/file`, content);
    expect(await systemFiles.readInput(`${folder}/file`)).toBe(text);
    expect(await systemFiles.read(`${folder}/file`)).toBe(text);
  });

  it("is read through links", async () => {
    const folder = await project({ file: "a" });
    await symlink("file", `${folder}/link`);
    expect(await systemFiles.readInput(`${folder}/link`)).toBe("a");
  });

  it.runIf(process.platform === "linux")("is read if the kernel makes it up", async () => {
    expect(await systemFiles.readInput("/proc/self/status")).toContain("Name:");
  });
});

/** What may stand in a file's place, by name: made in `folder`, and its path is returned. */
const odd: Record<string, (folder: string) => Promise<string | void>> = {
  "is a folder": (folder) => mkdir(`${folder}/file`).then(() => undefined),
  "is a pipe, a socket or a device": (folder) => execa("mkfifo", [`${folder}/file`]).then(() => undefined),
  "is a link that leads in a circle": (folder) => symlink("file", `${folder}/file`),
  "is a link to a file that is not there": (folder) => symlink("nowhere", `${folder}/file`),
  "is larger than 8 MiB": async (folder) => {
    const handle = await open(`${folder}/file`, "w");
    await handle.truncate(5 * 1024 ** 3);
    await handle.close();
  },
  "has a name that is too long for a file": async (folder) => `${folder}/${"x".repeat(300)}`,
  "has a NUL character in its name": async (folder) => `${folder}/a\0b`,
};

describe("what is no regular file", () => {
  it.each(Object.entries(odd))("%s", async (fault, make) => {
    const folder = await project({});
    const file = (await make(folder)) ?? `${folder}/file`;
    expect(await systemFiles.readInput(file)).toMatchObject({ missing: false, fault });
    expect(await systemFiles.read(file)).toBeNull();
  });

  it("is a socket", async () => {
    const folder = await project({});
    const server = net.createServer().listen(`${folder}/file`);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    expect(await systemFiles.readInput(`${folder}/file`)).toMatchObject({ fault: "is a pipe, a socket or a device" });
  });

  it("is a device", async () => {
    expect(await systemFiles.readInput("/dev/zero")).toMatchObject({ fault: "is a pipe, a socket or a device" });
  });

  it.each(["nothing", "file/below"])("is missing: %s", async (name) => {
    const folder = await project({ file: "" });
    expect(await systemFiles.readInput(`${folder}/${name}`)).toMatchObject({ missing: true });
  });

  it("may not be read", async () => {
    const folder = await project({ file: "" });
    await chmod(folder, 0o755);
    await chmod(`${folder}/file`, 0);
    const read = await asNobody(() => systemFiles.readInput(`${folder}/file`));
    expect(read).toMatchObject({ fault: "may not be read" });
  });
});

describe("a file that has to lie in a folder", () => {
  it.each<[string, (folder: string) => Promise<string>, boolean]>([
    ["below", async (folder) => `${folder}/in/file`, true],
    ["below, with two dots in its name", async (folder) => `${folder}/in/..file`, true],
    ["outside", async (folder) => `${folder}/in/../out`, false],
    ["elsewhere", async () => "/proc/self/environ", false],
    [
      "by a link that leads outside",
      async (folder) => {
        await symlink("../out", `${folder}/in/link`);
        return `${folder}/in/link`;
      },
      false,
    ],
    [
      "by a folder's link that leads outside",
      async (folder) => {
        await symlink("..", `${folder}/in/up`);
        return `${folder}/in/up/out`;
      },
      false,
    ],
    [
      "by another way to it",
      async (folder) => {
        await symlink("in", `${folder}/way`);
        return `${folder}/way/file`;
      },
      true,
    ],
  ])("%s", async (_, make, inside) => {
    const folder = await project({ "in/file": "text", "in/..file": "text", out: "text" });
    const found = await systemFiles.readInput(await make(folder), path.join(folder, "in"));
    const text = typeof found === "string" ? found : found.fault;
    expect(text).toBe(inside ? "text" : "lies outside the config file's folder");
  });
});
