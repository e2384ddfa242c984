import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, stat, symlink, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { systemFiles } from "../../../src/host/system-files.ts";

/** A folder for temporary folders that this test has to itself. */
async function ownTemporary(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "temporary-test-"));
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    return rm(folder, { recursive: true, force: true });
  });
  return folder;
}

const make = (workspace = "/nowhere") => systemFiles.makeTemporary("msb-test-", [workspace]);

describe("a temporary folder", () => {
  it("is empty, and for nobody else", async () => {
    const place = await ownTemporary();
    const folder = await make();
    expect(path.dirname(folder)).toBe(place);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual([]);
  });

  it("does not lie in the workspace, though TMPDIR does", async () => {
    const place = await ownTemporary();
    const folder = await make(place);
    onTestFinished(() => systemFiles.remove(folder));
    expect(folder.startsWith(`${place}/`)).toBe(false);
  });

  it("does not lie in the workspace, though TMPDIR leads there by a link", async () => {
    const workspace = await ownTemporary();
    const outside = await mkdtemp("/tmp/temporary-link-");
    onTestFinished(() => rm(outside, { recursive: true, force: true }));
    await symlink(workspace, path.join(outside, "link"));
    vi.stubEnv("TMPDIR", path.join(outside, "link"));
    const folder = await make(workspace);
    onTestFinished(() => systemFiles.remove(folder));
    expect((await realpath(folder)).startsWith(`${await realpath(workspace)}/`)).toBe(false);
    expect(await readdir(workspace)).toEqual([]);
  });

  it("does not lie in a workspace that is named by a link", async () => {
    const workspace = await ownTemporary();
    const link = `${workspace}-link`;
    await symlink(workspace, link);
    onTestFinished(() => rm(link, { force: true }));
    const folder = await make(link);
    onTestFinished(() => systemFiles.remove(folder));
    expect(folder.startsWith(`${workspace}/`)).toBe(false);
  });

  it("does not lie in any of several workspaces", async () => {
    const place = await ownTemporary();
    const folder = await systemFiles.makeTemporary("msb-test-", ["/nowhere", place]);
    onTestFinished(() => systemFiles.remove(folder));
    expect(folder.startsWith(`${place}/`)).toBe(false);
  });

  it("is not made elsewhere where TMPDIR is set to what is not there", async () => {
    vi.stubEnv("TMPDIR", "/nonexistent/place");
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(make()).rejects.toThrow("ENOENT");
  });

  it("lies in the workspace only if there is nothing else", async () => {
    const place = await ownTemporary();
    expect(path.dirname(await make("/"))).toBe(place);
  });

  it("says so if it cannot be made", async () => {
    await ownTemporary();
    await expect(systemFiles.makeTemporary("no/such/folder-", ["/nowhere"])).rejects.toThrow("ENOENT");
  });

  it.each([
    ["that a dead run has left goes", "own", "2147480000", 0, false],
    ["of a run that is at work stays", "own", String(process.pid), 0, true],
    ["of another container stays, however dead its process looks from here", "other", "2147480000", 0, true],
    ["of another container stays as long as a run may last", "other", "2147480000", 6 * 24, true],
    ["of another container goes once no run can have lasted so long", "other", "2147480000", 8 * 24, false],
  ])("%s", async (_, whose, pid, hours, stays) => {
    const place = await ownTemporary();
    const made = path.basename(await make());
    const own = made.slice(0, made.indexOf(`-${process.pid}-`) + 1);
    const left = path.join(place, `${whose === "own" ? own : "msb-test-elsewhere-1-"}${pid}-abcdef`);
    await mkdir(left);
    const then = new Date(Date.now() - hours * 3_600_000);
    await utimes(left, then, then);
    await make();
    expect(existsSync(left)).toBe(stays);
  });
});

it("says in its name where its process's number means something: the boot and the namespace", async () => {
  await ownTemporary();
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).slice(0, 8);
  const space = /\d+/.exec(await readlink("/proc/self/ns/pid"))![0];
  expect(path.basename(await make())).toMatch(new RegExp(`^msb-test-${boot}-${space}-${process.pid}-`));
});

describe("the files of the real host", () => {
  it("are read, written, listed, linked and removed", async () => {
    const place = await ownTemporary();
    const [a, b] = [path.join(place, "a"), path.join(place, "b")];
    expect([await systemFiles.read(a), await systemFiles.exists(a)]).toEqual([null, false]);
    await systemFiles.write(a, "text");
    await systemFiles.link(a, b);
    expect([await systemFiles.read(b), await systemFiles.exists(b)]).toEqual(["text", true]);
    expect(await systemFiles.list(place)).toEqual(["a", "b"]);
    expect([await systemFiles.list(a), await systemFiles.read(path.join(a, "c"))]).toEqual([[], null]);
    await systemFiles.remove(a);
    expect(await systemFiles.exists(a)).toBe(false);
  });
});

describe("what a run that was killed has left", () => {
  it("stays if its process is somebody else's", async () => {
    const place = await ownTemporary();
    const made = path.basename(await make());
    const left = path.join(place, `${made.slice(0, made.indexOf(`-${process.pid}-`) + 1)}4242-abcdef`);
    await mkdir(left);
    const kill = vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    onTestFinished(() => kill.mockRestore());
    await make();
    expect(existsSync(left)).toBe(true);
  });
});
