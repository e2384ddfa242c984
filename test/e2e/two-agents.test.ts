import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { build, digestOf, engines, ensureBaseImage, hasEngine, registry } from "./rig.ts";
import { newSpace, pushTo, removeImages, workspace } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const dockerfile = "FROM scratch AS app\nARG PY\nCOPY package.json /$PY/\n";
const args = { PY: "{{env.PY}}" };

/** What an agent has in its environment, and how it calls the program. */
type Agent = [env: Record<string, string>, ...args: string[]];
const [one, other]: Agent[] = [[{ PY: "3.8" }], [{ PY: "3.9" }]];

/** Two agents that build one target of one build otherwise, and what the second is told to differ. */
const pairs: [what: string, app: object, first: Agent, second: Agent, told: string][] = [
  ["an argument", { args }, one!, other!, "the argument PY"],
  ["an argument, where no image is used again", { args, reuse: false }, one!, other!, "the argument PY"],
  [
    "an argument, where no cache is used",
    { args },
    [...one!, "--no-cache"],
    [...other!, "--no-reuse"],
    "the argument PY",
  ],
  [
    "an argument, where nobody knows what ADD fetches",
    { args, dockerfile: "Open.Dockerfile" },
    one!,
    other!,
    "the argument PY",
  ],
  ["a label", { labels: { edition: "{{env.PY}}" } }, one!, other!, "the label edition"],
  ["the platform", { args }, one!, [{ PY: "3.8", DOCKER_DEFAULT_PLATFORM: "linux/s390x" }], "the platform"],
];

// What is up is looked at without any engine.
describe.skipIf(!hasEngine).each(engines.slice(0, 1))("two agents with one build tag on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  it.each(pairs)("are told of %s that differs", async (_, app, first, second, told) => {
    const space = newSpace();
    onTestFinished(() => removeImages(engine, space));
    const { cwd } = await workspace(dockerfile, [], {
      space,
      more: { env: ["PY"], targets: { app: { repo: `${registry}/${space}/app`, ...app } } },
      files: { "Open.Dockerfile": `${dockerfile}ADD http://${registry}/v2/ /x\n` },
    });
    const run = ([env, ...flags]: Agent) => build(engine, cwd, { ...pushTo("master", 42, space), ...env }, flags);
    const begun = await run(first);
    expect(begun, begun.err).toMatchObject({ code: 0 });
    const up = await digestOf(`${space}/app`, tag);
    const ended = await run(second);
    expect(ended, ended.err).toMatchObject({ code: 1 });
    expect(ended.err).toMatch(new RegExp(`made from something else: .*${told}`));
    expect(ended.err).toContain("a suffix");
    expect([await digestOf(`${space}/app`, tag), await digestOf(`${space}/app`, "latest")]).toEqual([up, up]);
    // The first may run again, as after it was killed.
    expect(await run(first)).toMatchObject({ code: 0 });
  });
});
