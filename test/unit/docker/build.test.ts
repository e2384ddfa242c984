import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildInvocation } from "../../../src/docker/build.ts";
import type { BuildOptions } from "../../../src/docker/options.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { planned } from "../../support/planned.ts";

const options: BuildOptions = { directory: "/work", noCache: false, pull: false, builder: "docker" };
const words = (target: PlannedTarget, all = [target], changes: Partial<BuildOptions> = {}) =>
  buildInvocation(target, all, { ...options, ...changes }).argv.map(String);

describe("docker build", () => {
  it("takes no value for a flag, whatever it is", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("--push", "-", "-f", "=", "--build-arg=X=1", "a b", "$(id)"));
    fc.assert(
      fc.property(text, text, text, (context, dockerfile, value) => {
        const plain = words(planned("app", { args: { A: "x" }, labels: { l: "x" } }));
        const target = planned("app", { context, dockerfile, args: { A: value }, labels: { l: value } });
        const argv = words(target);
        expect(argv).toHaveLength(plain.length);
        expect(argv).toContain(`--build-arg=A=${value}`);
        expect(argv).toContain(`--label=l=${value}`);
        // The context is the one word that is no flag.
        expect(argv.slice(2, -1).every((word) => word.startsWith("--"))).toBe(true);
        expect(argv.at(-1)).toBe(context.startsWith("-") ? `./${context}` : context);
      }),
    );
  });

  it("has the reference of every repository, or the one on the host", () => {
    const two = planned("app", { repositories: ["a.com/app", "b.com/app"] });
    expect(words(two).filter((word) => word.startsWith("--tag="))).toEqual(
      two.immutable.map((name) => `--tag=${name}`),
    );
    const local = planned("app", { repositories: [], push: false, image: "multistage-build/x/app:1" });
    expect(words(local)).toContain("--tag=multistage-build/x/app:1");
  });

  it("finds the base again by the cache in its image", () => {
    const base = planned("base", { inlineCache: true });
    const app = planned("app", { needs: ["base"], cacheFrom: ["type=registry,ref=a.com/app:latest", "a.com/x:1"] });
    const from = words(app, [base, app]).filter((word) => word.startsWith("--cache-from="));
    expect(from).toEqual([base.image, "a.com/app:latest", "a.com/x:1"].map((name) => `--cache-from=${name}`));
    expect(words(base)).toContain("--build-arg=BUILDKIT_INLINE_CACHE=1");
  });

  it("is given named contexts, which a docker command without them refuses", () => {
    const base = planned("base");
    const app = planned("app", { needs: ["base"], contexts: { lib: "target:base", files: "../files" } });
    const given = words(app, [base, app]).filter((word) => word.startsWith("--build-context="));
    expect(given).toEqual([`--build-context=lib=docker-image://${base.image}`, "--build-context=files=../files"]);
  });

  it("builds a base anew where the cache is not wanted, but not a second time for each app", () => {
    const base = planned("base");
    const app = planned("app", { needs: ["base"] });
    expect(words(base, [base, app], { noCache: true })).toContain("--no-cache");
    expect(words(app, [base, app], { noCache: true })).not.toContain("--no-cache");
  });

  it("names secrets, and holds none", () => {
    const secrets = [
      { id: "npm", env: "NPM_TOKEN" },
      { id: "key", file: "key.pem" },
    ];
    const invocation = buildInvocation(planned("app", { secrets }), [], options);
    expect(invocation.argv).toEqual(
      expect.arrayContaining(["--secret=id=npm,env=NPM_TOKEN", "--secret=id=key,src=key.pem"]),
    );
    expect(invocation.env).toEqual(["NPM_TOKEN"]);
  });
});
