import { describe, expect, it } from "vitest";
import { buildTag, example, type ExampleOptions, faulty, isOurs, repositories } from "../support/docker/example.ts";
import { promotion } from "../support/docker/promotions.ts";
import { droneEnv } from "../support/project.ts";
import { createRegistry } from "../support/registry/in-memory.js";

const [base = "", app1 = "", app2 = ""] = repositories;
const [os, config] = ["docker.io/library/python", '"reuse":true,"pull":true'];
const next = (changes: Record<string, string> = {}) => droneEnv({ DRONE_BUILD_NUMBER: "43", ...changes });

interface Explained {
  explanations: { target: string; does: string; why: string; image: string | null; differs: string[] }[];
}

/** The project's images are up, as build 42 has made them; `after` says what is different by build 43. */
async function explaining(before: ExampleOptions = {}, after: ExampleOptions = {}) {
  const registry = before.registry ?? createRegistry();
  const first = await example({ config, ...before, registry });
  expect(await first.run([])).toMatchObject({ code: 0 });
  const made = await example({ config, ...before, ...after, registry });
  const explain = async (env = next(), argv: string[] = []) => {
    const processes = made.docker.commands.length;
    const puts = registry.requests.filter(({ method }) => method !== "GET" && method !== "HEAD").length;
    const ran = await made.run(["plan", "--explain", "--json", ...argv], env);
    // It writes nothing, and needs no docker.
    expect(registry.requests.filter(({ method }) => method !== "GET" && method !== "HEAD")).toHaveLength(puts);
    expect(made.docker.commands).toHaveLength(processes);
    const json = ran.json() as Explained;
    return { code: ran.code, err: ran.err, json, found: json.explanations.map(({ does, why }) => `${does}: ${why}`) };
  };
  return { ...made, registry, first, explain };
}

describe("plan --explain", () => {
  it("says of what has not changed which image is used again, and a run does just that", async () => {
    const { explain, run, registry } = await explaining();
    const { code, err, json } = await explain();
    const same = { does: "used again", why: `nothing has changed since ${buildTag(42)}`, differs: [] };
    expect([code, err]).toEqual([0, ""]);
    expect(json.explanations).toEqual([
      { target: "base", image: `${base}:latest`, ...same },
      { target: "app1", image: `${app1}:latest`, ...same },
      { target: "app2", image: `${app2}:latest`, ...same },
    ]);
    await run([], next());
    for (const name of repositories)
      expect(registry.digest(name, buildTag(43))).toBe(registry.digest(name, buildTag(42)));
    expect((await explain()).found).toEqual(repositories.map(() => "up already: this build has published it"));
  });

  const dockerfile = (app1Line: string) => `FROM python:3.8-slim AS base
RUN head -c 8 /dev/urandom > /base
FROM base AS app1
ARG PY
${app1Line}
FROM base AS app2
RUN echo app2 > /app
`;
  const withArgument = (PY: string) => ({
    targets: { base, app1: { repo: app1, args: { PY } }, app2 },
    dockerfile: dockerfile("RUN echo app1"),
  });
  it.each<[string, ExampleOptions, ExampleOptions, string, string[]]>([
    [
      "an instruction",
      { dockerfile: dockerfile("RUN echo app1") },
      { dockerfile: dockerfile("RUN echo other") },
      "app1",
      ["stage app1: RUN echo other"],
    ],
    ["an argument", withArgument("3.11"), withArgument("3.12"), "app1", ["the argument PY"]],
    ["a label", {}, { targets: { base, app1: { repo: app1, labels: { l: "x" } }, app2 } }, "app1", ["the label l"]],
    ["the platform", {}, { config: `${config},"defaults":{"platforms":["linux/arm64"]}` }, "base", ["the platform"]],
  ])("names %s that differs, and the image that it differs from", async (_, before, after, target, differs) => {
    const { explain } = await explaining(before, after);
    const { code, json } = await explain();
    const found = json.explanations.find((one) => one.target === target);
    expect([code, found]).toEqual([
      0,
      {
        target,
        does: "built",
        why: `changed since ${buildTag(42)}: ${differs.join(", ")}`,
        image: `r.io/p/${target}:latest`,
        differs,
      },
    ]);
    // What stands on it is built, too, and nothing else is.
    expect(json.explanations.filter(({ does }) => does === "used again")).toHaveLength(target === "base" ? 0 : 2);
  });

  it("names an image from outside that has moved on, and what is built because of it", async () => {
    const { explain, registry } = await explaining();
    registry.putImage(os, "3.8-slim", { labels: {}, layers: ["newer"] });
    expect((await explain()).found).toEqual([
      `built: changed since ${buildTag(42)}: the image python:3.8-slim`,
      "built: base is built, which it stands on",
      "built: base is built, which it stands on",
    ]);
  });

  it.each<[string, ExampleOptions, Record<string, string>, string]>([
    ["reuse is off", { config: '"reuse":false,"pull":true' }, {}, "built: reuse is off"],
    [
      "nobody knows what is fetched",
      { dockerfile: "FROM python:3.8-slim AS base\nADD https://x.io/y /y\nFROM base AS app1\nFROM base AS app2\n" },
      {},
      "built: nobody knows what ADD https://x.io/y will fetch; give it a --checksum",
    ],
    [
      "it is published nowhere",
      { targets: { base: false as unknown as string, app1, app2 } },
      {},
      "built: it is published nowhere, and only what is in a registry is used again",
    ],
    [
      "nothing is published",
      {},
      { DRONE_BUILD_EVENT: "pull_request", DRONE_PULL_REQUEST: "7", DRONE_COMMIT_REF: "refs/pull/7/head" },
      "built: it is not published by this build: ",
    ],
    [
      "only the host knows",
      { config: '"reuse":true,"pull":false' },
      {},
      "unknown: only the docker host knows what python:3.8-slim is, as pull is off",
    ],
  ])("says why no image is used again where %s", async (_, options, changes, why) => {
    const { explain } = await explaining({}, options);
    const { code, found } = await explain(next(changes));
    expect([code, found[0]]).toEqual([0, expect.stringContaining(why) as string]);
  });

  it("says that no earlier image is up where there is none", async () => {
    const { run } = await example({ config });
    const ran = await run(["plan", "--explain", "--json"]);
    expect((ran.json() as Explained).explanations.map(({ why }) => why)).toEqual([
      "no earlier image is up",
      "base is built, which it stands on",
      "base is built, which it stands on",
    ]);
  });

  it("foretells the error of two agents that build one target with other arguments, and what to write", async () => {
    const both = (PY: string) => ({
      config: `${config},"env":["PY"]`,
      targets: { base, app1: { repo: app1, args: { PY: "{{env.PY}}" } }, app2 },
      dockerfile: dockerfile("RUN echo app1"),
      env: droneEnv({ PY }),
    });
    const { explain, run } = await explaining(both("3.11"));
    const { code, found, err } = await explain(droneEnv({ PY: "3.12" }), ["app1"]);
    const said = `${app1}:${buildTag(42)} is up, made from something else: the argument PY`;
    expect([code, found.at(-1)]).toEqual([1, `fails: ${said}`]);
    expect(err).toContain('as suffix: "-{{env.PY}}" in targets.app1');
    const ran = await run(["build", "app1"], droneEnv({ PY: "3.12" }));
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining(said) as string]);
    expect(ran.err).toContain('as suffix: "-{{env.PY}}" in targets.app1');
  });

  it.each<[string, RegExp, number, string, string[]]>([
    ["what is up of a target", /\/p\/app1\/manifests\/master/, 503, "app1", ["used again", "unknown", "used again"]],
    ["an earlier image", /\/p\/app1\/manifests\/latest/, 403, "app1", ["used again", "unknown", "used again"]],
    ["an image from outside", /\/library\/python\/manifests/, 403, "base", ["unknown", "built", "built"]],
  ])("ends with 1 where a registry does not say %s", async (_, path, status, target, does) => {
    let closed = false;
    const registry = faulty((request) =>
      closed && isOurs(request) && path.test(request.path) ? { status } : undefined,
    );
    const { explain } = await explaining({ registry });
    closed = true;
    const { code, json } = await explain();
    expect([code, json.explanations.map((one) => one.does)]).toEqual([1, does]);
    expect(json).toMatchObject({
      error: { failures: [{ target, code: status === 403 ? "unauthorized" : "transient" }] },
    });
  });

  it("says nothing of a promotion, which builds nothing", async () => {
    const { explain } = await explaining();
    const { code, json } = await explain(promotion(50, 42));
    expect([code, json.explanations]).toEqual([0, []]);
  });

  it("prints it below the plan", async () => {
    const { run } = await explaining();
    const { out } = await run(["plan", "--explain", "--no-color", "app1"], next());
    expect(out).toContain(`
what a run would do, and why
  base  used again  nothing has changed since ${buildTag(42)} (${base}:latest)
  app1  used again  nothing has changed since ${buildTag(42)} (${app1}:latest)
`);
  });

  it("is silent where nobody asks", async () => {
    const { run, registry } = await explaining();
    const asked = registry.requests.length;
    const ran = await run(["plan", "--json"], next());
    expect([(ran.json() as { explanations: null }).explanations, registry.requests.length]).toEqual([null, asked]);
  });
});
