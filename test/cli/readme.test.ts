import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, test } from "vitest";
import { planSchema } from "../../schema.config.ts";
import { parseCommandLine } from "../../src/cli/program.ts";
import { configPlaces } from "../../src/config/load.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { configSchema, targetKeys } from "../../src/config/schema.ts";
import { validateConfig } from "../../src/config/validate.ts";
import { expressionNames } from "../../src/templates/expressions.ts";
import { ExitCode } from "../../src/core/errors.ts";
import { presets } from "../../src/tags/presets.ts";
import { ruleTypes } from "../../src/tags/types/index.ts";
import { fakeHost, noGit, run } from "../support/host.ts";
import { faults } from "../support/json-schema.ts";
import { parseYaml, pipelineSteps } from "../support/pipeline.ts";
import { linked, planOf } from "../support/plans.ts";
import { droneEnv, project } from "../support/project.ts";
import { block, calls, codes, fences, pages, readme, root, rows } from "../support/readme.ts";

/** What the program prints for a project with this config, in the build that the README speaks of. */
async function printed(config: string, args: readonly string[]): Promise<string> {
  const files = {
    "package.json": { version: "1.2.3" },
    ".tags": "candidate, next\n",
    "multistage-build.config.yaml": config,
  };
  const ended = await run(args, { cwd: await project(files), env: droneEnv(), commands: noGit! });
  expect(ended).toMatchObject({ code: 0, err: "" });
  return ended.out;
}

const help = async (...command: string[]) => (await run([...command, "--help"], { cwd: "/", commands: {} })).out;
const flagsIn = (text: string) => [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);

describe("the command line", () => {
  it("is the program's own help", async () => {
    expect(fences("text", block("help"))).toEqual([await help()]);
  });

  it("lists the flags of every command, under the commands that have them", async () => {
    const commands = [...(await help()).matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name = ""]) => name);
    expect(commands).toEqual(["build", "push", "promote", "join", "plan", "tags", "ref", "outdated", "clean"]);
    const common = new Set(flagsIn(await help()));
    const theirs = await Promise.all(
      commands.map(async (command) => {
        const [own = ""] = (await help(command)).split("Global Options:");
        const options = own.split("\n").filter((line) => line.startsWith("  -"));
        return options.flatMap((line) => flagsIn(line.slice(0, 25))).map((flag) => `${command} ${flag}`);
      }),
    );
    const own = theirs.flat().filter((one) => !common.has(one.split(" ")[1]!));
    const listed = rows("flags").flatMap(([flags = "", of = ""]) =>
      of.split(", ").flatMap((command) =>
        codes(flags)
          .flatMap(flagsIn)
          .map((flag) => `${command} ${flag}`),
      ),
    );
    expect(listed.toSorted()).toEqual(own.toSorted());
  });

  it("lists every exit code, and never 78", () => {
    const listed = rows("exit-codes").map(([code]) => Number(code));
    expect(listed).toEqual(Object.values(ExitCode));
    expect(listed).not.toContain(78);
  });

  test.each(calls(readme).map((args) => ({ args })))("understands npx multistage-build $args", async ({ args }) => {
    await expect(parse(args)).resolves.toMatchObject({ options: {} });
  });

  it("shows a step of the plan as the program prints it", async () => {
    const plan = await planOf(linked, ["app1"]);
    const [shown = ""] = fences("json", block("plan-step"));
    expect(plan.steps.find(({ kind }) => kind === "move")).toEqual(JSON.parse(shown));
    expect(faults(planSchema().properties!.steps!.items!, JSON.parse(shown))).toEqual([]);
  });

  it("pins the version that this is", () => {
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
    const pins = [...readme.matchAll(/multistage-build@([\d.]+\d)/g)].map(([, pin]) => pin);
    expect(new Set(pins)).toEqual(new Set([version]));
    expect(readFileSync(path.join(root, "CHANGELOG.md"), "utf8")).toContain(`\n## [${version}] - `);
  });
});

/** What the command line is understood as; fails like the program. */
function parse(args: readonly string[]) {
  return parseCommandLine(fakeHost(args, { cwd: "/" }, { out: "", err: "", commands: [] }));
}

describe("pipelines", () => {
  const pipelines = fences("yaml")
    .filter((text) => /^steps:/m.test(text))
    .map((text) => ({ text, steps: pipelineSteps(text) }));
  const ours = pipelines.filter(({ steps }) => steps.some(({ image }) => image !== "plugins/docker"));

  it("are there, before and after", () => {
    expect(pipelines.length - ours.length).toBe(1);
    expect(ours.length).toBeGreaterThan(1);
  });

  test.each(ours)("call the program, and leave the shell nothing to substitute", ({ steps }) => {
    const lines = steps.flatMap(({ commands }) => commands);
    expect(calls(lines.join("\n")).length).toBeGreaterThan(0);
    expect(lines.join("\n")).not.toContain("${");
    for (const { commands } of steps) expect(commands.at(-1)).toMatch(/^exec npx /);
    for (const { environment } of steps) {
      for (const name of ["REGISTRY_USER", "REGISTRY_PASSWORD"]) expect(environment).toHaveProperty(name);
    }
  });
});

it("is put in the shell's place by every example that ends a step with it", () => {
  const files = readdirSync(path.join(root, "examples"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(?:drone|woodpecker)\.yml$/.test(name),
  );
  const last = files.flatMap((name) =>
    pipelineSteps(readFileSync(path.join(root, "examples", name), "utf8")).map(({ commands }) => commands.at(-1) ?? ""),
  );
  const ours = last.filter((line) => /^(?:exec )?npx/.test(line));
  expect(ours.length).toBeGreaterThan(10);
  expect(ours.filter((line) => !line.startsWith("exec "))).toEqual([]);
});

describe("the config", () => {
  const configs = fences("yaml").filter((text) => /^targets:/m.test(text));

  test.each(configs.map((text) => ({ text })))("is valid: $text", ({ text }) => {
    const { config, problems } = validateConfig(parseYaml(text));
    expect(problems).toEqual([]);
    expect(resolveConfig(config!, "/").problems).toEqual([]);
  });

  it("is looked for where the README says", () => {
    const places = codes(block("places")).filter((code) => code !== "multistage-build");
    expect(places.flatMap(expandBraces)).toEqual(configPlaces);
  });

  it("has a table of all its keys, and of no others", () => {
    const listed = (where: string) =>
      rows("config-keys").flatMap(([key, at = ""]) => (at.split(", ").includes(where) ? codes(key) : []));
    expect(listed("top").toSorted()).toEqual(Object.keys(configSchema.entries).toSorted());
    expect(listed("target").toSorted()).toEqual(targetKeys.toSorted());
  });

  it("has a table of all its templates, and of no others", () => {
    const listed = rows("templates").flatMap(([cell]) =>
      codes(cell).map((code) => /^\{\{([\w.]+)/.exec(code)?.[1] ?? code),
    );
    expect(listed.toSorted()).toEqual([...expressionNames, "env.NAME", "ref.base"].toSorted());
  });
});

/** `a{b,c}` as a shell expands it. */
function expandBraces(text: string): string[] {
  const [, before = text, inner = ""] = /^(.*)\{(.*)\}$/.exec(text) ?? [];
  return inner.split(",").map((part) => `${before}${part}`);
}

describe("tags", () => {
  const moving = async (tags: string, as: string) => {
    const out = await printed(`${tags}targets: { app: x.io/app }\n`, ["tags", "app", "--json", "--as", as]);
    return (JSON.parse(out) as { tags: string[] }).tags;
  };

  test.each(rows("default-tags"))("by default, %s (%s)", async (_build, as, tags) => {
    expect(await moving("", codes(as)[0]!)).toEqual(codes(tags));
  });

  test.each(rows("rules"))("by %s, %s", async (rule, as, tags) => {
    expect(await moving(`tags: ${JSON.stringify([codes(rule)[0]])}\n`, codes(as)[0]!)).toEqual(codes(tags));
  });

  it("has an example of every type of rule, and names every preset", () => {
    const types = rows("rules").map(([rule]) => /^type=(\w+)/.exec(codes(rule)[0]!)?.[1]);
    expect(new Set(types)).toEqual(new Set(Object.keys(ruleTypes)));
    for (const preset of Object.keys(presets)) expect(readme).toContain(`\`${preset}\``);
  });

  it("explains them as the program does", async () => {
    const [config = ""] = fences("yaml", block("explain-config"));
    const out = await printed(config, ["tags", "app1", "--explain", "--as", "tag:v1.2.3-rc.1"]);
    expect(fences("text", block("explain"))).toEqual([out]);
  });
});

describe("messages", () => {
  const said = textOf("src", /\.ts$/) + textOf("test/fixtures/progress", /\.log$/);

  test.each(rows("messages").map(([message]) => ({ message: codes(message)[0]! })))(
    "is ours: $message",
    ({ message }) => {
      const parts = message.split("…").filter((part) => part.trim() !== "");
      expect(parts.length).toBeGreaterThan(0);
      for (const part of parts) expect(said).toContain(part);
    },
  );
});

function textOf(folder: string, files: RegExp): string {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => files.test(name))
    .map((name) => readFileSync(path.join(root, folder, name), "utf8"))
    .join("\n");
}

describe("what it points to", () => {
  const documents = [...pages, "SECURITY.md", "CHANGELOG.md", ...examples()];

  test.each(documents)("the links of %s", (document) => {
    const text = readFileSync(path.join(root, document), "utf8");
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
    const local = links.filter((link) => !link.startsWith("https://"));
    expect(local.filter((link) => !leadsSomewhere(link, path.join(root, document)))).toEqual([]);
  });

  it("npm scripts", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { scripts: object };
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });
});

function examples(): string[] {
  return readdirSync(path.join(root, "examples"), { recursive: true, encoding: "utf8" })
    .filter((name) => /(?:^|\/)README\.md$/.test(name))
    .map((name) => `examples/${name}`);
}

/** Whether a link of that file is to a file that is there, and to a title in it. */
function leadsSomewhere(link: string, from: string): boolean {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? from : path.resolve(path.dirname(from), file);
  return existsSync(target) && (anchor === undefined || anchors(readFileSync(target, "utf8")).includes(anchor));
}

function anchors(text: string): string[] {
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}
