import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Fault, type Proxy, repeated, startProxy, uploads } from "./proxy.ts";
import { build, engines, ensureBaseImage, registry, tagsIn } from "./rig.ts";
import { dockerfileOf, newSpace, pushTo, removeImages, type Workspace, workspace, wrongIn } from "./workspace.ts";

const tag = "master-860c1904a1ce-42";
const targets = ["base", "app1", "app2"];
const busy: Fault = { status: 429, headers: { "retry-after": "1" } };
const reset: Fault = { cutAfter: 0 };

describe.skipIf(registry === "").each(engines)("on the $name engine", (engine) => {
  beforeAll(() => ensureBaseImage(engine));

  async function behindProxy(): Promise<{
    proxy: Proxy;
    made: Workspace;
    run: (...args: string[]) => ReturnType<typeof build>;
  }> {
    const proxy = await startProxy();
    onTestFinished(() => proxy.stop());
    const space = newSpace();
    const made = await workspace(dockerfileOf(space, targets.slice(1)), targets, { space, address: proxy.address });
    onTestFinished(() => removeImages(engine, space));
    return { proxy, made, run: (...args: string[]) => build(engine, made.cwd, pushTo("master", 42, space), args) };
  }

  it("rides out a registry that is busy, unwell and hangs up while build tags go up", async () => {
    const { proxy, made, run } = await behindProxy();
    const faults = [busy, { status: 502 }, reset];
    proxy.fault = inTurn(/^PUT .*\/manifests\/master-/, faults);
    const ended = await run();
    expect(ended, ended.err).toMatchObject({ code: 0 });
    expect(proxy.log.filter(({ status }) => status === 429 || status === 502)).toHaveLength(2);
    expect(await wrongIn(made.space, targets, tag)).toEqual([]);
    expect(repeated(uploads(proxy.log))).toEqual([]);
  });

  it("rides out the same while tags move, and a slow answer", async () => {
    const { proxy, made, run } = await behindProxy();
    proxy.fault = inTurn(/\/manifests\/latest/, [busy, { status: 500 }, { wait: 2_000 }, { status: 503 }, reset]);
    const ended = await run();
    expect(ended, ended.err).toMatchObject({ code: 0 });
    expect(await wrongIn(made.space, targets, tag)).toEqual([]);
  });

  it("moves nothing when the registry dies in the middle of a push, and the same run again completes it", async () => {
    const { proxy, made, run } = await behindProxy();
    let dead = false;
    proxy.fault = ({ method, path }) => {
      if (method === "PUT" && path.includes(`/manifests/${tag}`) && !path.includes("/base/")) {
        if (!dead) void proxy.stop();
        dead = true;
      }
      return dead ? reset : null;
    };
    const ended = await run();
    expect(ended, ended.err).toMatchObject({ code: 1 });
    for (const name of targets) expect(await tagsIn(`${made.space}/${name}`)).not.toContain("latest");
    proxy.fault = () => null;
    await proxy.start();
    expect(await run()).toMatchObject({ code: 0 });
    expect(await wrongIn(made.space, targets, tag)).toEqual([]);
    expect(repeated(uploads(proxy.log))).toEqual([]);
  });

  it("moves no tag of any target when one of them is not up after all", async () => {
    const { proxy, made, run } = await behindProxy();
    const lost = new RegExp(`^GET .*/app2/manifests/${tag}`);
    proxy.fault = ({ method, path }) => (lost.test(`${method} ${path}`) ? { status: 404 } : null);
    const ended = await run();
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain(`app2:${tag} is not in the registry`);
    for (const name of targets) expect(await tagsIn(`${made.space}/${name}`)).toEqual([tag]);
  });

  it("moves no tag unseen where the registry lets only docker in, unless forced", async () => {
    const { proxy, made, run } = await behindProxy();
    proxy.fault = ({ agent }) => (/docker|containerd|buildkit|moby/i.test(agent) ? null : { status: 403 });
    const careful = await run();
    expect(careful, careful.err).toMatchObject({ code: 1 });
    expect(careful.err).toContain("whether it may cannot be told");
    for (const name of targets) expect(await tagsIn(`${made.space}/${name}`)).not.toContain("latest");
    const forced = await run("--force");
    expect(forced, forced.err).toMatchObject({ code: 0 });
    expect(await wrongIn(made.space, targets, tag)).toEqual([]);
  });

  it("tries a refusal once, moves nothing, and says whom to ask", async () => {
    const { proxy, made, run } = await behindProxy();
    proxy.fault = ({ method, path }) =>
      method === "PUT" && path.includes(`/app2/manifests/`) ? { status: 403 } : null;
    const ended = await run();
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toMatch(/403|denied|forbidden/i);
    expect(proxy.log.filter(({ status }) => status === 403)).toHaveLength(1);
    for (const name of targets) expect(await tagsIn(`${made.space}/${name}`)).not.toContain("latest");
  });
});

/** One fault after the other for the requests that `pattern` finds in `METHOD path`; then none. */
function inTurn(pattern: RegExp, faults: readonly Fault[]): Proxy["fault"] {
  const left = [...faults];
  return ({ method, path }) => (pattern.test(`${method} ${path}`) ? (left.shift() ?? null) : null);
}
