import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildInvocation } from "../../../src/builders/docker-build-command.ts";
import { formatReference } from "../../../src/core/reference.ts";
import { fillIn, show } from "../../../src/docker/invocation.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { planned, planWith, reference } from "../../support/planned.ts";

type Options = Parameters<typeof buildInvocation>[2];

const options: Options = { noCache: false };
const words = (target: PlannedTarget, all = [target], changes: Partial<Options> = {}) =>
  buildInvocation(target, planWith(all), { ...options, ...changes }).argv.map(show);

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
    expect(words(two).filter((word) => word.startsWith("--tag="))).toEqual([
      "--tag=a.com/app:master-860c1904a1ce-42",
      "--tag=b.com/app:master-860c1904a1ce-42",
    ]);
    const local = planned("app", { repositories: [], push: false, image: reference("multistage-build/x/app:1") });
    expect(words(local)).toContain("--tag=multistage-build/x/app:1");
  });

  it("finds the base again by the cache in its image", () => {
    const base = planned("base", { isBase: true });
    const app = planned("app", { needs: ["base"], cacheFrom: ["type=registry,ref=a.com/app:latest", "a.com/x:1"] });
    const from = words(app, [base, app]).filter((word) => word.startsWith("--cache-from="));
    expect(from).toEqual(
      [formatReference(base.image), "a.com/app:latest", "a.com/x:1"].map((name) => `--cache-from=${name}`),
    );
    expect(words(base)).toContain("--build-arg=BUILDKIT_INLINE_CACHE=1");
  });

  it("is given named contexts, which a docker command without them refuses", () => {
    const base = planned("base");
    const app = planned("app", { needs: ["base"], contexts: { lib: "target:base", files: "../files" } });
    const given = words(app, [base, app]).filter((word) => word.startsWith("--build-context="));
    expect(given).toEqual([
      `--build-context=lib=docker-image://${formatReference(base.image)}`,
      "--build-context=files=../files",
    ]);
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
    const invocation = buildInvocation(planned("app", { secrets }), planWith([]), options);
    expect(invocation.argv).toEqual(
      expect.arrayContaining(["--secret=id=npm,env=NPM_TOKEN", "--secret=id=key,src=key.pem"]),
    );
    expect(invocation.env).toEqual(["NPM_TOKEN"]);
  });

  it("names the base by its digest, which is filled in when it is known", () => {
    const label = "org.opencontainers.image.base.digest";
    const base = planned("base", { labels: { [label]: "" } });
    const app = planned("app", { base: "base", needs: ["base"], labels: { [label]: "" } });
    const labels = (target: PlannedTarget, digests: [string, string][]) =>
      buildInvocation(target, planWith([base, app]), options)
        .argv.map((word) => fillIn(word, { variables: {}, digests: new Map(digests) }))
        .filter((word) => word.startsWith("--label="));
    expect(labels(app, [["base", "sha256:a"]])).toEqual([`--label=${label}=sha256:a`]);
    expect(labels(app, [])).toEqual([`--label=${label}=`]);
    expect(labels(base, [["base", "sha256:a"]])).toEqual([`--label=${label}=`]);
    expect(words(app, [base, app])).toContain(`--label=${label}=$DIGEST_base`);
  });
});
