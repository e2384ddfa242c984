import { mkdir, open, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { noGit, run } from "../support/host.ts";
import { droneEnv, project, question, questionConfig } from "../support/project.ts";

/** What may stand where a file is expected, and what is said of it. */
const oddities: Record<string, { make: (file: string) => Promise<unknown>; said: RegExp }> = {
  "a folder": { make: (file) => mkdir(file), said: /is a folder/ },
  "a FIFO": { make: (file) => execa("mkfifo", [file]), said: /is a pipe, a socket or a device/ },
  "a device": { make: (file) => symlink("/dev/zero", file), said: /is a pipe, a socket or a device|lies outside/ },
  "a link in a circle": { make: (file) => symlink(path.basename(file), file), said: /leads in a circle/ },
  "a link to nothing": { make: (file) => symlink("nowhere", file), said: /link to a file that is not there/ },
  "5 GB": {
    make: async (file) => {
      const handle = await open(file, "w");
      await handle.truncate(5 * 1024 ** 3);
      await handle.close();
    },
    said: /is larger than 8 MiB/,
  },
  "UTF-16": {
    make: (file) => writeFile(file, Buffer.from("\uFEFFFROM x\n", "utf16le")),
    said: /not saved as UTF-8/,
  },
};

/** Where files come from, the name that the message has to say, and how they are named. */
const places: Record<string, { file: string; named: string; argv: string[]; config?: string; env?: object }> = {
  "the Dockerfile": { file: "multistage.Dockerfile", named: "targets.base.dockerfile", argv: ["plan"] },
  "--env-file": { file: "ci.env", named: "--env-file", argv: ["plan", "--env-file", "ci.env"] },
  "the config": { file: "multistage-build.config.yaml", named: "multistage-build.config.yaml", argv: ["tags"] },
  "--config": { file: "x.yaml", named: "x.yaml", argv: ["tags", "-c", "x.yaml"] },
  "a rule's list of tags": { file: ".tags", named: ".tags", argv: ["tags"], config: "tags: type=file\n" },
  "a rule's version": {
    file: "VERSION",
    named: "VERSION",
    argv: ["plan"],
    config: 'tags: ["type=package,path=VERSION"]\n',
  },
  "a package.json that is looked into": {
    file: "package.json",
    named: "package.json",
    argv: ["tags"],
    config: "",
  },
};

describe.each(Object.entries(places))("in place of %s", (place, { file, named, argv, config }) => {
  it.each(Object.entries(oddities))("%s is answered in words", async (_, { make, said }) => {
    const cwd = await project({ ...question, "multistage-build.config.yaml": `${config ?? ""}${questionConfig}` });
    if (place.includes("package.json")) await rm(`${cwd}/multistage-build.config.yaml`);
    await rm(`${cwd}/${file}`, { force: true });
    await make(`${cwd}/${file}`);
    const ended = await run(argv, { cwd, env: droneEnv(), commands: noGit! });
    expect(ended.err).toMatch(said);
    expect(ended.err).toContain(named);
    expect(ended).toMatchObject({ code: 2, out: "" });
  });
});

it.each(Object.entries(oddities).filter(([name]) => name !== "UTF-16"))(
  "a secret's file that is %s is said before anything is built",
  async (_, { make, said }) => {
    const config = `${questionConfig}defaults: { secrets: { k: { file: key } } }\n`;
    const cwd = await project({ ...question, "multistage-build.config.yaml": config });
    await make(`${cwd}/key`);
    const ended = await run(["build"], { cwd, env: droneEnv(), commands: {} });
    expect(ended.err).toMatch(said);
    expect(ended.err).toContain("targets.app1.secrets.k.file");
    expect(ended.code).toBe(2);
    expect((await run(["plan"], { cwd, env: droneEnv() })).code).toBe(0);
  },
);

describe("what a rule reads", () => {
  it.each(["../../../../../../../../proc/self/environ", "up/secret"])("is no file outside: %s", async (file) => {
    const cwd = await project({ ...question, secret: "hunter2", "in/multistage-build.config.yaml": "" });
    await symlink("..", `${cwd}/in/up`);
    const rule = `tags: ["type=file,path=${file}"]\ntargets: { app: x.io/app }\n`;
    await writeFile(`${cwd}/in/multistage-build.config.yaml`, rule);
    const ended = await run(["tags"], { cwd: `${cwd}/in`, env: droneEnv() });
    expect(ended.err).toContain(`${file} lies outside the config file's folder`);
    expect(ended.err + ended.out).not.toMatch(/hunter2|PATH=/);
    expect(ended.code).toBe(2);
  });
});

it("a Dockerfile may lie outside, as for docker", async () => {
  const cwd = await project({ ...question, "in/package.json": {} });
  const config = questionConfig.replace("dockerfile: ", "dockerfile: ../");
  await writeFile(`${cwd}/in/multistage-build.config.yaml`, config);
  expect(await run(["plan"], { cwd: `${cwd}/in`, env: droneEnv() })).toMatchObject({ code: 0 });
});

it.each(["x".repeat(300), "a\0b"])("a Dockerfile of an impossible name: %j", async (name) => {
  const config = questionConfig.replace("multistage.Dockerfile", JSON.stringify(name));
  const cwd = await project({ ...question, "multistage-build.config.yaml": config });
  const ended = await run(["plan"], { cwd, env: droneEnv() });
  expect(ended.err).toMatch(/targets\.base\.dockerfile: has a (?:name that is too long|NUL)/);
  expect(ended.code).toBe(2);
});

it("a config of comments is not passed over for the one above", async () => {
  const cwd = await project({ ...question, "in/multistage-build.config.yaml": "# to do\n" });
  const ended = await run(["plan"], { cwd: `${cwd}/in`, env: droneEnv() });
  expect(ended.err).toContain("in/multistage-build.config.yaml: is empty");
  expect(ended.code).toBe(2);
});
