import fc from "fast-check";
import { hostileName, many, seldom } from "./pieces.ts";

const list = <T>(count: number, item: (at: number) => T) => Array.from({ length: count }, (_, at) => item(at));
const map = (count: number, value: unknown) => Object.fromEntries(list(count, (at) => [`k${at}`, value]));

/** Values that belong nowhere, and some that would be right elsewhere. */
const oddValues: unknown[] = [
  [null, true, 0, 1.1, -1, 1e21, "", " ", [], {}, [[]], [null], { include: 1 }, "auto", "latest", "a\0b"],
  ["{{", "{{}}", "{{branch", "{{ref.base}}", "{{ref.app}}", "{{env.A}}", "{{date 'YYYY' tz='x'}}", "{{{tag}}}"],
  ["type=match,pattern=(", "type=semver,pattern={{major}}.{{x}}", 'type=raw,"', "type=match,pattern=^v(a+)+$"],
  ["type=file,path=../../../proc/self/environ", "type=file,path=/dev/zero", "target:app", "target:base", "x\n"],
  [{ type: "ref", event: "tag" }, { when: { branch: "{a,b}{a,b}*" } }, { type: "raw", value: "{{branch}}" }],
  ["docker-image://x", "../..", "/", "a".repeat(300), "x.io/app:1", "https://x.io", "localhost:5000/a", "X.io/A"],
].flat();

const hugeValue: fc.Arbitrary<unknown> = fc
  .constantFrom<() => unknown>(
    () => list(3000, (at) => `t${at}`),
    () => map(3000, "x.io/a"),
    () => [map(200_000, 1)],
    () => list(20_000, (at) => `type=raw,value=${at}`),
    () => ({ when: { branch: "*a".repeat(70_000) } }),
    () => ({ when: { branch: "{a,b}".repeat(3000) } }),
    () => "{{branch}}".repeat(30_000),
    () => list(2000, () => 0).reduce<unknown>((inner) => [inner], "x"),
  )
  .map((make) => make());

const oddValue: fc.Arbitrary<unknown> = seldom(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...oddValues) },
    many("*a").map((glob) => ({ when: { branch: glob } })),
    many("[[").map((text) => `type=match,pattern=${text}`),
    many("x,").map((text) => `type=raw,value=${text}`),
    hostileName,
    fc.jsonValue({ maxDepth: 3 }),
  ),
  hugeValue,
);

/** A config that is right, to be spoilt. */
const config = {
  registry: "my-registry.com",
  registries: { "my-registry.com": { username: "USER_NAME", password: "PASSWORD" } },
  env: ["A"],
  defaults: { args: { ALL: "{{sha}}" }, tags: ["type=semver,pattern={{version}}", { type: "ref", event: "branch" }] },
  flavor: { latest: "auto", prefix: "", suffix: "-x" },
  push: "auto",
  targets: {
    base: "team/base",
    app: {
      repo: ["team/app", "docker.io/acme/app"],
      args: { B: "{{ref.base}}" },
      needs: "base",
      labels: { a: "{{branch}}" },
      secrets: { npm: { env: "NPM_TOKEN" } },
    },
    other: { repo: false, target: "app", contexts: { base: "target:base" }, platforms: ["linux/amd64"], suffix: "-o" },
  },
};

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

/** Every place of the config that has a value, up to a depth; not all of them where there are many. */
function placesIn(value: unknown, depth = 0): Place[] {
  if (typeof value !== "object" || value === null || depth > 8) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder)
    .slice(0, 40)
    .flatMap((key) => [{ holder, key }, ...placesIn(holder[key], depth + 1)]);
}

/** `__proto__` is a key like any other in JSON. */
function put(holder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(holder, key, {
    value: structuredClone(value),
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** That config with some of its values, keys or lists changed, taken away or added to. */
const spoiltJson = fc
  .array(fc.tuple(fc.nat(), fc.constantFrom("replace", "delete", "add", "rename", "repeat"), oddValue, hostileName), {
    minLength: 1,
    maxLength: 4,
  })
  .map((changes) => {
    const spoilt = structuredClone(config) as unknown;
    for (const [at, change, value, name] of changes) {
      const places = placesIn(spoilt);
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) continue;
      const { holder, key } = place;
      const now = holder[key];
      if (change === "delete" || change === "rename") Reflect.deleteProperty(holder, key);
      if (change === "rename") put(holder, name, now);
      if (change === "add") put(holder, name, value);
      if (change === "replace") put(holder, key, value);
      if (change === "repeat")
        put(
          holder,
          key,
          list(50, () => now),
        );
    }
    return JSON.stringify(spoilt);
  });

const yaml = `registry: my-registry.com
env: [A]
flavor: { latest: auto, suffix: -x }
tags:
  - type=semver,pattern={{version}}
  - type: ref
    event: branch
defaults: &all
  args:
    ALL: "{{sha}}"
targets:
  base: team/base
  app:
    repo: team/app
    needs: [base]
    labels: { a: "{{branch}}" }`.split("\n");

/** Each of ten anchors holds the one before it ten times. */
const laughs = list(10, (at) => `x${at}: &x${at} [${list(10, () => (at === 0 ? "ha" : `*x${at - 1}`)).join(", ")}]`);

const oddLines = `targets: &t { app: { args: *t } }
  - &a [*a]
<<: *all
    args: *all
  <<: [*all, *all]
\tx: 1
targets:
app: !!binary x
---
...
? [a, b]
- x
  x: |
x: >-
%YAML 9.9
# x
x: 'a
!!js/function x
tags: [1.2, 1]
x-a: 2020-01-01
  app: {{branch}}
}
: :
\0
\uFEFF
  constructor: x.io/a
  __proto__: { repo: x.io/a }
env: {}
x: .inf
a: b: c
*x: 1`.split("\n");

const oddYaml = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...oddLines) },
  fc.constantFrom("x-all: *x9", "labels: *x9", "").map((end) => `${laughs.join("\n")}\n${end}`),
  fc.oneof(many("["), many("- "), many("{a: "), many("  ")),
  hostileName,
  hostileName.map((name) => `  ${name}: x.io/a`),
);

/** Lines changed, moved, repeated and added. */
export function spoiltLines(right: readonly string[], oddLine: fc.Arbitrary<string>, most: number) {
  const kinds = fc.constantFrom("replace", "insert", "delete", "repeat", "cut", "again");
  return fc.array(fc.tuple(fc.nat(), kinds, oddLine), { minLength: 1, maxLength: most }).map((changes) => {
    const lines = [...right];
    for (const [place, change, line] of changes) {
      const at = place % Math.max(1, lines.length);
      const now = lines[at] ?? "";
      if (change === "replace") lines[at] = line;
      else if (change === "insert") lines.splice(at, 0, line);
      else if (change === "delete") lines.splice(at, 1);
      else if (change === "repeat") lines.splice(at, 0, ...list(300, () => now));
      else if (change === "cut") lines[at] = now.slice(0, now.length / 2);
      else lines.push(now);
    }
    return lines.join("\n");
  });
}

/** A config's file name and text. */
export const spoiltConfig = fc.oneof(
  spoiltJson.map((text) => ({ name: "multistage-build.config.json", text })),
  spoiltLines(yaml, oddYaml, 4).map((text) => ({ name: "multistage-build.config.yaml", text })),
);
