import { describe, expect, it } from "vitest";
import { noGit, run, type World } from "../support/host.ts";
import { droneEnv, project, question, questionConfig } from "../support/project.ts";

/** What stands in place of the question's files. */
type Files = Readonly<Record<string, string | object>>;

const inputErrors: [string, Files, string[], string[]][] = [
  [
    "an unknown key",
    { "multistage-build.config.yaml": `${questionConfig}tagz: latest\n` },
    [],
    ['tagz: unknown key\n    did you mean "tags"?'],
  ],
  [
    "a stage that is not there",
    { "multistage-build.config.yaml": questionConfig.replace("app2:", "apq2:") },
    [],
    ['targets.apq2: is not a stage of multistage.Dockerfile (got "apq2")\n    did you mean "app2"?'],
  ],
  [
    "a repository that is none",
    { "multistage-build.config.yaml": questionConfig.replace("myproject/app1", "MyProject/app1:latest") },
    [],
    ["targets.app1.repo: must not carry a tag; tags come from the tag rules"],
  ],
  [
    "a cycle",
    {
      "multistage-build.config.yaml": `targets:\n  a: { repo: x/a, needs: b }\n  b: { repo: x/b, needs: a }\n`,
      Dockerfile: "FROM x AS a\nFROM x AS b\n",
    },
    [],
    ["targets.a.needs: is a cycle: a → b → a"],
  ],
  [
    "no Dockerfile",
    { "multistage-build.config.yaml": questionConfig.replace("multistage.D", "missing.D") },
    [],
    ['targets.base.dockerfile: there is no such file (got "missing.Dockerfile")'],
  ],
  ["a config that is empty", { "multistage-build.config.yaml": "\n" }, [], ["is empty"]],
  [
    "YAML that is broken",
    { "multistage-build.config.yaml": "targets: [" },
    [],
    ["multistage-build.config.yaml:1: is not valid YAML: unexpected end of the stream"],
  ],
  ["a target that is not there", {}, ["app3"], ['target: is not in the config (got "app3")\n    did you mean "app1"?']],
  ["an --as that is none", {}, ["--dry-run", "--as", "pr:x"], ['--as: is not understood (got "pr:x")']],
  ["--as without --dry-run", {}, ["--as", "pr:1"], ["--as: pretends another build"]],
  ["a config file that is not there", {}, ["-c", "nope.yaml"], ['--config: there is no such file (got "nope.yaml")']],
  ["an env file that is not there", {}, ["--env-file", "nope.env"], ["--env-file: there is no such file"]],
  [
    "two targets that would write the same reference",
    { "multistage-build.config.yaml": questionConfig.replace("myproject/app2", "myproject/app1") },
    [],
    ["targets.app2: would write the same reference as targets.app1"],
  ],
  [
    "a build context from the network",
    { "multistage-build.config.yaml": `context: https://example.com/x.git\n${questionConfig}` },
    [],
    ["targets.base.context: is not a local path"],
  ],
  [
    "BUILDKIT_SYNTAX as an argument",
    { "multistage-build.config.yaml": `defaults: { args: { BUILDKIT_SYNTAX: evil/frontend } }\n${questionConfig}` },
    [],
    ["targets.base.args.BUILDKIT_SYNTAX: is refused"],
  ],
  [
    "several mistakes at once",
    {
      "multistage-build.config.yaml": `targets:\n  a: { repo: x/A, needs: [c] }\n  b: { repo: "x//b", target: zzz }\n`,
      Dockerfile: "FROM x AS a\n",
    },
    [],
    [
      'targets.a.needs.0: is not a target (got "c")',
      "targets.a.repo: must be lower case",
      "targets.b.repo: is not a repository",
      'targets.b.target: is not a stage of Dockerfile (got "zzz")',
    ],
  ],
  [
    "a folder for a file that is not there",
    {},
    ["--metadata-file", "nowhere/x.json"],
    ["--metadata-file: there is no such folder to write to"],
  ],
  [
    "a secret that is not set",
    { "multistage-build.config.yaml": `${questionConfig}defaults: { secrets: { npm: { env: NPM_TOKEN } } }\n` },
    [],
    ["targets.app1.secrets.npm: the environment variable NPM_TOKEN is not set"],
  ],
  [
    "a build context from git over SSH",
    { "multistage-build.config.yaml": `context: "bob@localhost:evil.git"\n${questionConfig}` },
    [],
    ["targets.base.context: is not a local path"],
  ],
];

describe("what the user got wrong", () => {
  it.each(inputErrors)("%s", async (_, files, args, expected) => {
    const cwd = await project({ ...question, ...files });
    const ended = await run(args, { cwd, env: droneEnv(), commands: noGit! });
    expect(ended.code).toBe(2);
    for (const text of expected) expect(ended.err).toContain(text);
    expect(ended.err).not.toMatch(/^\s+at /m);
    expect(ended.out).toBe("");
    expect(ended.commands.filter(({ argv }) => argv[0] === "docker")).toEqual([]);
  });

  it("says all that is wrong with the config and the environment", async () => {
    const cwd = await project({ ...question, "multistage-build.config.yaml": "targets: { app1: 7 }\nx: 1\n" });
    const ended = await run([], { cwd, env: droneEnv({ DRONE_COMMIT_REF: "refs/tags/v1" }), commands: noGit! });
    expect(ended.code).toBe(2);
    for (const text of ["x: unknown key", "targets.app1: must be", "DRONE_COMMIT_REF: does not fit"]) {
      expect(ended.err).toContain(text);
    }
  });

  it("says once what is wrong with a tag of the command line", async () => {
    const config = `${questionConfig}  debug: { repo: my-registry.com/myproject/app1, target: app1, suffix: -debug }\n`;
    const cwd = await project({ ...question, "multistage-build.config.yaml": config });
    const message = "would not be a valid tag: use letters, digits, _ . and -, and start with neither . nor -";
    for (const command of ["build", "push", "plan", "tags"]) {
      const ended = await run([command, "--tag", "bad tag"], { cwd, env: droneEnv(), commands: noGit! });
      expect(ended).toMatchObject({ code: 2, err: `error --tag: ${message} (got "bad tag")\n` });
    }
  });

  it("says where a config was looked for", async () => {
    const cwd = await project({ "package.json": {} });
    const ended = await run(["plan"], { cwd, commands: noGit! });
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining("no config found in") });
  });

  it("shows the error of a broken script as it is", async () => {
    const script = 'export default { targets: { app1: missingFunction("x") } };\n';
    const cwd = await project({ "package.json": {}, "multistage-build.config.mjs": script });
    const ended = await run(["plan"], { cwd, commands: noGit! });
    expect(ended.code).toBe(2);
    expect(ended.err).toContain("missingFunction is not defined");
    expect(ended.err).toContain("multistage-build.config.mjs:1");
  });

  it("puts errors into the one JSON document, too", async () => {
    const cwd = await project(question);
    const ended = await run(["plan", "app3", "--json"], { cwd, commands: noGit! });
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.out)).toMatchObject({
      error: { code: "input", problems: [{ path: "target", got: "app3" }] },
    });
  });

  it.each([[["--nope"]], [["ref"]], [["--config"]]])("refuses %j", async (args) => {
    const ended = await run(args, { cwd: "/", commands: {} });
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.err).toMatch(/^error \S+: \S/);
  });
});

describe("what docker or the registry refused", () => {
  // Nothing is published: no registry is asked.
  const dockerErrors: [string, string[], NonNullable<World["commands"]>, string][] = [
    ["no docker", [], { "docker ": { missing: true } }, "there is no docker command here"],
    [
      "no daemon",
      ["--builder", "buildx"],
      {
        "docker buildx version": {},
        "docker image inspect": { exitCode: 1 },
        "docker buildx bake": {
          exitCode: 1,
          stderr:
            "ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        },
      },
      "mount /var/run/docker.sock into the step",
    ],
    [
      "no builder that is any good",
      ["--builder", "docker"],
      {
        "docker version": { stdout: "28.5.2 28.5.2\n" },
      },
      "apk add docker-cli-buildx",
    ],
  ];
  it.each(dockerErrors)("%s", async (_, args, commands, expected) => {
    const cwd = await project(question);
    const ended = await run(["--no-push", ...args], { cwd, env: droneEnv(), commands: { ...noGit, ...commands } });
    expect(ended.code).toBe(1);
    expect(ended.err).toContain(expected);
    expect(ended.err).not.toMatch(/^\s+at /m);
  });

  it("is said as JSON, too", async () => {
    const cwd = await project(question);
    const ended = await run(["--json", "--no-push"], {
      cwd,
      env: droneEnv(),
      commands: { ...noGit, "docker ": { missing: true } },
    });
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.out)).toMatchObject({ error: { code: "run-failed", failures: [{ code: "no-docker" }] } });
  });
});

describe("a bug", () => {
  it("is called one, with its stack", async () => {
    const cwd = await project({ ...question, ".git/HEAD": "" });
    const ended = await run(["plan"], { cwd, commands: {} });
    expect(ended.code).toBe(70);
    expect(ended.err).toMatch(/bug in multistage-build[^]*\n\s+at /);
  });
});
