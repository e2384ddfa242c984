import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildTag, example } from "../support/docker/example.ts";
import { refused } from "../../src/registry/refusal.ts";
import { secretsOf } from "../../src/secrets/secrets.ts";
import { droneEnv } from "../support/project.ts";
import { leaks, oddSecret, plainSecret, secretPlaces, writings } from "../support/secrets.ts";

/** As many as a release is tried with; a push of ours is content with fewer. */
const runs = Number(process.env.SECRET_RUNS ?? 6);
const timeout = 20_000 + 10_000 * runs;

const dockerfile = `FROM python:3.8-slim AS base
ARG FROM_CONFIG
ARG FROM_ENV
RUN echo base
FROM base AS app1
RUN echo app1
FROM base AS app2
RUN echo app2
`;

/** All that a config may do with its secrets at once. */
const everywhere: Places = {
  variable: "API_TOKEN",
  before: "x",
  after: "$",
  inDefaults: true,
  asLiteral: true,
  asSecret: true,
  asPassword: true,
  inCloneUrl: true,
  reuse: false,
};

type Places = typeof secretPlaces extends fc.Arbitrary<infer T> ? T : never;

/** A project that has its secrets where a config can have them. */
function withSecrets(odd: string, plain: string, places = everywhere, engine: "modern" | "legacy" = "modern") {
  const { variable, before, after } = places;
  const args = {
    FROM_ENV: `${before}{{env.${variable}}}${after}`,
    PLAIN: "{{env.SECRET}}",
    ...(places.asLiteral && { FROM_CONFIG: `--${odd.replaceAll("{{", "\\{{")}--` }),
  };
  const settings = {
    args: places.inDefaults ? args : {},
    ...(places.asSecret && { secrets: { db: { env: "DB_PWD" } } }),
    reuse: places.reuse,
  };
  const registries = { "other.io": { username: "REG_USER", password: "REG_PASSWORD" } };
  const config = {
    env: [variable, "SECRET"],
    registries: places.asPassword ? registries : {},
    defaults: settings,
  };
  const target = (repo: string) => (places.inDefaults ? repo : { repo, args });
  const url = `https://me:${encodeURIComponent(odd)}@h.io/octocat/hello-world.git`;
  return example({
    engine,
    dockerfile,
    targets: {
      base: target("r.io/p/base"),
      app1: target("r.io/p/app1"),
      app2: target("r.io/p/app2"),
    },
    env: droneEnv({
      [variable]: odd,
      SECRET: plain,
      DB_PWD: `${odd}2`,
      REG_USER: "me",
      REG_PASSWORD: odd,
      ...(places.inCloneUrl && { DRONE_GIT_HTTP_URL: url }),
    }),
    loginEnv: ["REG_USER", "REG_PASSWORD"],
    config: JSON.stringify(config).slice(1, -1),
  });
}

const commands = [
  ["plan"],
  ["plan", "--json"],
  ["tags"],
  ["tags", "--explain"],
  ["tags", "--json"],
  ["ref", "base"],
  ["ref", "app1", "--json"],
  ["--dry-run"],
  ["--dry-run", "--json"],
  ["push", "--dry-run"],
  ["plan", "--builder", "docker", "--json"],
  ["--dry-run", "--builder", "docker"],
  ["--json"],
  ["plan", "--as", "nonsense"],
];

/** What a masked name of ours would be part of. */
const maskedName = /\*{6}[:/"]|[:/"]\*{6}|\*{6}s?":/;

describe("no command shows a secret, nor masks a name of ours", () => {
  it("whatever its value is", { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(oddSecret, plainSecret, secretPlaces, async (odd, plain, places) => {
        const { run } = await withSecrets(odd, plain, places);
        for (const argv of commands) {
          const { out, err, code } = await run(argv);
          expect(code, `${argv.join(" ")}: ${err}`).toBe(argv.includes("nonsense") ? 2 : 0);
          expect(leaks(out + err, [odd]), argv.join(" ")).toEqual([]);
          expect(out.replaceAll("https://me:******@", "").match(maskedName), `${argv.join(" ")}: ${out}`).toBeNull();
        }
        const { out } = await run(["ref", "base"]);
        expect(out).toBe(`r.io/p/base:${buildTag(42)}\n`);
      }),
      { numRuns: runs },
    );
  });

  it("and what docker and a registry say of it is hidden, however they write it, cut or not", { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(oddSecret, fc.constantFrom(...Object.entries(writings)), async (odd, [, write]) => {
        const { run, docker } = await withSecrets(odd, "base");
        const written = write(odd).replaceAll("\n", "");
        docker.fault((_, line) =>
          line.includes("bake") ? { exitCode: 1, stderr: `ERROR: ${"x".repeat(280)} ${written} denied\n` } : undefined,
        );
        const { out, err, code } = await run(["--json"]);
        expect(code).toBe(1);
        expect(leaks(out + err, [odd])).toEqual([]);
        expect(out + err).not.toContain(written);
      }),
      { numRuns: runs },
    );
  });
});

describe("a secret in a build", () => {
  it.each(["modern", "legacy"] as const)("comes to docker by its environment, and into no argv: %s", async (engine) => {
    const odd = `q7$\{x}'"Z 1`;
    const { run, docker, registry } = await withSecrets(odd, "master", everywhere, engine);
    const given: (string | undefined)[] = [];
    docker.fault((command, line) => {
      if (/ (?:bake|build) /.test(line)) given.push(command.env?.API_TOKEN ?? command.env?.FROM_CONFIG, command.stdin);
      return undefined;
    });
    expect((await run([])).err).not.toContain(odd);
    expect(given.join("\n")).toContain(odd);
    expect(leaks(docker.commands.join("\n"), [odd])).toEqual([]);
    expect(registry.image("r.io/p/app1", buildTag(42))?.labels["org.opencontainers.image.source"]).toBe(
      "https://h.io/octocat/hello-world.git",
    );
  });

  it.each([
    ["a label", `"defaults":{"labels":{"a":"{{env.API_TOKEN}}"}}`, "targets.base.labels.a: API_TOKEN is a secret"],
    ["a tag", `"tags":["type=raw,value={{env.API_TOKEN}}"]`, "API_TOKEN is a secret"],
    [
      "a label's text",
      `"defaults":{"labels":{"a":"tok-9Zx8cV7b"}}`,
      "targets.base.labels.a: would hold the value of API_TOKEN",
    ],
    ["a tag's text", `"tags":["type=raw,value=tok-9Zx8cV7b"]`, "targets.base.tags: would hold the value of API_TOKEN"],
  ])("is an error in %s, and goes by its name there", async (_, more, said) => {
    const { run } = await example({
      env: droneEnv({ API_TOKEN: "tok-9Zx8cV7b" }),
      config: `"env":["API_TOKEN"],${more}`,
    });
    for (const argv of [["plan"], ["--json"], ["--dry-run"]]) {
      const { code, out, err } = await run(argv);
      expect(code).toBe(2);
      expect(err).toContain(said);
      expect(out + err).not.toContain("tok-9Zx8cV7b");
    }
  });

  it("is hidden in a registry's error before that is cut", () => {
    const body = JSON.stringify({
      errors: [{ code: "DENIED", message: `${"m".repeat(275)} hunter'two2-hunter'two2` }],
    });
    const outside = secretsOf({ API_TOKEN: "hunter'two2-hunter'two2" }, new Set()).hide;
    const { message } = refused({ what: "a", writes: true }, { status: 400, headers: {}, body }, { outside });
    expect(message).toMatch(/m \*{6}$/);
  });
});

describe("a password where a name belongs", () => {
  it.each([
    ["registries", `"registries":{"r.io":{"username":"me","password":"hunter2"}}`],
    ["registries, as a list", `"registries":["hunter2"]`],
    ["registries, as a key", `"registries":{"r.io":{"hunter2":"password"}}`],
    ["registries, as an object", `"registries":{"r.io":{"username":"REG_USER","password":{"value":"hunter2"}}}`],
    ["secrets", `"defaults":{"secrets":{"npm":{"env":"hunter2"}}}`],
    ["secrets, as a text", `"defaults":{"secrets":{"npm":"hunter2"}}`],
    ["secrets, as a list", `"defaults":{"secrets":["hunter2"]}`],
    ["env", `"env":["hunter2!"]`],
    ["an argument", `"defaults":{"args":{"DB_PASSWORD":["hunter2"]}}`],
  ])("is not shown: %s", async (_, config) => {
    const { run } = await example({ config });
    for (const argv of [["plan"], ["plan", "--json"], ["--dry-run"], []]) {
      const { code, out, err } = await run(argv);
      expect(code).toBe(2);
      expect(out + err).not.toContain("hunter2");
    }
  });

  it("is an error, unless a variable of that name is set", async () => {
    const config = `"registries":{"r.io":{"username":"reg_user","password":"reg_password"}}`;
    const { run } = await example({ config });
    expect((await run(["plan"])).err).toContain("registries.r.io.password: is not the name of an environment variable");
    expect((await run(["plan"], { reg_user: "me", reg_password: "hunter'two2" })).code).toBe(0);
  });
});

describe("text from outside", () => {
  const bad = "\u001B[31mred\u001B[2J\u009B1m\n::error::ours\u202Eback\u200Bzero\u2028\n  ##vso[task.x]y\u0007";

  it.each([
    ["a ref", { DRONE_COMMIT_REF: `refs/heads/x${bad}` }, {}],
    ["a ref that does not fit", { DRONE_COMMIT_REF: bad }, {}],
    ["an event", { DRONE_BUILD_EVENT: bad }, {}],
    ["a key of the config", {}, { config: `${JSON.stringify(bad)}:1` }],
    ["a value of the config", {}, { config: `"push":${JSON.stringify(bad)}` }],
    ["a target's name", {}, { targets: { [bad]: "r.io/x" } }],
  ])("in %s neither acts on a log nor begins a line of its own", async (_, env, options) => {
    const { run } = await example({ env: droneEnv({ NO_COLOR: "1", ...env }), ...options });
    for (const argv of [["plan"], ["tags", "--explain"], ["plan", "--json"], ["--dry-run"], ["ref", "base"]]) {
      const { out, err } = await run([...argv]);
      const all = out + err;
      expect(all).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
      expect(all).not.toMatch(/^\s*::|##(?:vso)?\[/m);
    }
  });

  it.each([
    [
      "a registry's error",
      "bake",
      {
        exitCode: 1,
        stderr: `ERROR: ${bad.replaceAll("\n", " ")}\n  ::add-mask::x\n  ##[group]x\n`,
      },
    ],
    ["a login's", "login", { exitCode: 1, stderr: `${bad}\n::stop-commands::x\n` }],
  ])("in %s neither acts on a log nor begins a line of its own", async (_, command, end) => {
    const { run, docker } = await example({
      env: droneEnv({ REG_USER: "me", REG_PASSWORD: "x1" }),
      config: `"registries":{"r.io":{"username":"REG_USER","password":"REG_PASSWORD"}}`,
      loginEnv: ["REG_USER", "REG_PASSWORD"],
    });
    docker.fault((__, line) => (line.includes(command) ? end : undefined));
    const { err, code } = await run(["--no-color"]);
    expect(code).toBe(1);
    expect(err).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
    expect(err).not.toMatch(/^\s*::|##(?:vso)?\[/m);
  });
});
