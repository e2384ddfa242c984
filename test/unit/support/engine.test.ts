import { chmod, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { isStatic } from "../../support/engine/busybox.js";
import { findEngine, hasBuildKit, programs, withClient } from "../../support/engine/clients.js";
import { project } from "../../support/project.ts";

/** A docker client as a shell script: which engine it reaches, whether it has buildx. */
const client = (version: string, engine: string, buildx: boolean) => `#!/bin/sh
case "$1" in
  version) ${engine === "" ? "echo 'Cannot connect to the Docker daemon' >&2; exit 1" : `echo "${version} ${engine}"`} ;;
  buildx) ${buildx ? "echo buildx" : "exit 1"} ;;
esac
`;

/** Folders for PATH, each with one docker client. */
async function clients(scripts: Record<string, string>) {
  const folder = await project(
    Object.fromEntries(Object.entries(scripts).map(([name, text]) => [`${name}/docker`, text])),
  );
  for (const name of Object.keys(scripts)) await chmod(path.join(folder, name, "docker"), 0o755);
  const at = (name: string) => path.join(folder, name, "docker");
  const env = {
    PATH: [...Object.keys(scripts).map((name) => path.join(folder, name)), "/usr/bin", "/bin"].join(path.delimiter),
  };
  return { folder, at, env };
}

it("passes over a client that reaches no engine and one that cannot build", async () => {
  const { at, env } = await clients({
    bare: client("28.2.2", "", false),
    noBuildx: client("28.2.2", "28.2.2", false),
    good: client("20.10.24", "28.5.2", false),
  });
  const { engine, faults } = await findEngine(env);
  expect(engine).toEqual({ client: at("good"), version: "28.5.2" });
  expect(faults).toEqual([
    `${at("bare")}: Cannot connect to the Docker daemon`,
    `${at("noBuildx")}: docker 28.2.2 has no buildx plugin to build with`,
  ]);
});

it("takes the first client that will do", async () => {
  const { at, env } = await clients({
    first: client("29.0.0", "29.0.0", true),
    second: client("20.10.24", "20.10.24", false),
  });
  expect((await findEngine(env)).engine).toEqual({ client: at("first"), version: "29.0.0" });
});

it.each([
  ["18.06.3-ce", false],
  ["18.09.9", true],
  ["19.03.15", true],
  ["20.10.24+dfsg1", true],
  ["22.06.0-beta.0", true],
  ["23.0.0", false],
  ["28.2.2", false],
  ["", false],
])("docker %s builds without buildx: %s", (version, expected) => {
  expect(hasBuildKit(version)).toBe(expected);
});

it("finds a program that is linked from several places once", async () => {
  const { folder, at, env } = await clients({ real: client("1", "", false) });
  await symlink(at("real"), path.join(folder, "docker"));
  const found = await programs("docker", { PATH: [folder, env.PATH].join(path.delimiter) });
  expect(found.filter((file) => file.startsWith(folder))).toEqual([path.join(folder, "docker")]);
});

it("puts the client that was chosen first in PATH, and changes nothing if it is", async () => {
  const { folder, at, env } = await clients({ one: "#!/bin/sh\necho one\n", two: "#!/bin/sh\necho two\n" });
  expect(await withClient(at("one"), env, folder)).toBe(env);
  const changed = await withClient(at("two"), env, folder);
  expect((await execa("docker", [], { env: changed, extendEnv: false })).stdout).toBe("two");
});

it("tells a program that needs libraries from one that does not", () => {
  // An ELF header and one program header: PT_LOAD (1) or PT_INTERP (3).
  const program = (kind: number) => {
    const file = Buffer.alloc(64 + 56);
    file.write("\x7fELF\x02\x01", "latin1");
    file.writeBigUInt64LE(64n, 32);
    file.writeUInt16LE(56, 54);
    file.writeUInt16LE(1, 56);
    file.writeUInt32LE(kind, 64);
    return file;
  };
  expect(isStatic(program(1))).toBe(true);
  expect(isStatic(program(3))).toBe(false);
  expect(isStatic(Buffer.from("#!/bin/sh\n".repeat(20)))).toBe(false);
  expect(isStatic(Buffer.alloc(0))).toBe(false);
});
