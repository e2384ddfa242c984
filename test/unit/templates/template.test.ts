import { describe, expect, test } from "vitest";
import { referencedTargets, renderTemplate, type TemplateContext } from "../../../src/templates/template.ts";
import { branchEvent, eventOf, pullRequestEvent, tagEvent } from "../tags/event-of.ts";

const now = Date.UTC(2020, 0, 10, 0, 30);
const contextOf = (changes: Partial<TemplateContext> = {}): TemplateContext => ({
  event: eventOf(),
  now,
  env: {},
  ...changes,
});
const render = (text: string, changes: Partial<TemplateContext> = {}) =>
  renderTemplate(text, contextOf(changes), "args.X");
const value = (text: string, changes: Partial<TemplateContext> = {}) => {
  const rendered = render(text, changes);
  expect(rendered.problems).toEqual([]);
  return rendered.value;
};

const onTag = { event: tagEvent("v1.2.3-rc.4+b5", { baseRef: "release/1" }) };
const onPull = { event: pullRequestEvent(17, { baseRef: "dev" }) };
const onPromotion = { event: branchEvent("master", { kind: "promote", deployTo: "production" }) };
const nowhere = {
  event: eventOf({ sha: "0".repeat(40), buildNumber: null, branch: null, commitTime: null, kind: "local" }),
};

describe("expressions", () => {
  test.each<[string, string, Partial<TemplateContext>?]>([
    ["plain", "plain"],
    ["", ""],
    ["{{branch}}", "master"],
    ["{{ branch }}", "master"],
    ["{{{branch}}}", "master"],
    ["a{{branch}}b{{branch}}c", "amasterbmasterc"],
    ["{{branch}}", "", onTag],
    ["{{branch}}", "", onPull],
    ["{{tag}}", "v1.2.3-rc.4+b5", onTag],
    ["{{tag}}", ""],
    ["{{sha}}", "860c190"],
    ["{{sha}}", "", nowhere],
    ["{{event}}", "push"],
    ["{{event}}", "pull_request", onPull],
    ["{{build}}", "42"],
    ["{{build}}", "", nowhere],
    ["{{pr}}", "17", onPull],
    ["{{pr}}", ""],
    ["{{deploy}}", "production", onPromotion],
    ["{{deploy}}", ""],
    ["{{base_ref}}", "dev", onPull],
    ["{{base_ref}}", "release/1", onTag],
    ["{{base_ref}}", ""],
    ["{{is_default_branch}}|{{is_not_default_branch}}", "true|false"],
    ["{{is_default_branch}}|{{is_not_default_branch}}", "false|true", onPull],
    ["{{is_default_branch}}", "false", { event: branchEvent("dev", { kind: "cron" }) }],
    ["{{version}}", "1.2.3-rc.4", onTag],
    ["{{major}}/{{minor}}/{{patch}}/{{prerelease}}", "1/2/3/rc.4", onTag],
    ["{{version}}{{major}}{{minor}}{{patch}}{{prerelease}}", ""],
    ["{{version}} {{major}}", "2.5.0 2", { version: "2.5.0" }],
    ["{{version}} {{major}}", "1.2.3-alpine 1", { ...onTag, version: "1.2.3-alpine" }],
    ["{{version}} {{major}}", "dev ", { version: "dev" }],
    ["{{version}}", "", { version: null }],
    ["{{version}}", "", { event: tagEvent("release1") }],
  ])("%s is %j", (text, expected, changes) => expect(value(text, changes)).toBe(expected));

  test("values go in as they are", () => {
    expect(value("{{branch}}", { event: branchEvent(`a=b'c&d<e>"`) })).toBe(`a=b'c&d<e>"`);
    expect(value("{{branch}}", { event: branchEvent("$&$1{{tag}}") })).toBe("$&$1{{tag}}");
  });

  test.each([
    [String.raw`\{{branch}}`, "{{branch}}"],
    [String.raw`a\{{b}}{{branch}}`, "a{{b}}master"],
    [String.raw`{{branch}}\{{x`, "master{{x"],
    [String.raw`C:\{x}`, String.raw`C:\{x}`],
    ["{branch} }} {", "{branch} }} {"],
    ["{{branch}}}", "master}"],
  ])("%s shows braces: %j", (text, expected) => expect(value(text)).toBe(expected));
});

describe("dates", () => {
  test.each<[string, string, Partial<TemplateContext>?]>([
    ["{{date 'YYYYMMDD'}}", "20200110"],
    ['{{date "YYYY-MM-DD"}}', "2020-01-10"],
    ["{{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}", "20200110-093000"],
    ["{{date tz='Asia/Tokyo' 'HH'}}", "09"],
    ["{{date}}", "2020-01-10T00:30:00Z"],
    ["{{date tz='Asia/Tokyo'}}", "2020-01-10T09:30:00+09:00"],
    ["{{date '[}}] YYYY'}}", "}} 2020"],
    ['{{date "[}}] YYYY"}}', "}} 2020"],
    ["{{date ''}}", ""],
    ["{{commit_date 'YYYY'}}", "2001", { event: eventOf({ commitTime: 1000000000 }) }],
    ["{{commit_date 'YYYY'}}", "2020", nowhere],
    // Without quotes the format is not text: the default format is used, as docker/metadata-action has it.
    ["{{date YYYY}}", "2020-01-10T00:30:00Z"],
  ])("%s is %j", (text, expected, changes) => expect(value(text, changes)).toBe(expected));
});

describe("environment and references", () => {
  test("a listed variable is its value, or empty where it is not set", () => {
    expect(value("{{env.A}}-{{env.B}}", { env: { A: "1", B: undefined } })).toBe("1-");
  });

  test("a variable that is not listed is a problem, whatever its name", () => {
    for (const name of ["SECRET", "constructor"]) {
      const { problems } = render(`{{env.${name}}}`, { env: { A: "1" } });
      expect(problems).toEqual([
        {
          path: "args.X",
          message: `${name} is not listed`,
          got: `{{env.${name}}}`,
          hint: `add ${name} to env: in the config`,
        },
      ]);
    }
  });

  test("a reference is the other target's, and the target is named", () => {
    const rendered = render("{{ref.base-1}} {{ref.base-1}} {{ref.b}}", {
      references: { "base-1": "r/b:1", b: "r/b:2" },
    });
    expect(rendered).toEqual({
      value: "r/b:1 r/b:1 r/b:2",
      named: "r/b:1 r/b:1 r/b:2",
      problems: [],
      uses: ["base-1", "b"],
    });
    expect(referencedTargets("{{ref.base}} {{branch}} {{ref.app}} {{ref.base}}")).toEqual(["base", "app"]);
    expect(referencedTargets("ref.base")).toEqual([]);
  });

  test.each([
    ["{{ref.bsae}}", { base: "x" }, "there is no such target", 'did you mean "base"?'],
    ["{{ref.constructor}}", { base: "x" }, "there is no such target", "expected base"],
    ["{{ref.base}}", undefined, "a reference is not allowed here", undefined],
  ])("%s is a problem", (text, references, message, hint) => {
    expect(render(text, { references }).problems).toEqual([
      { path: "args.X", message, got: text, ...(hint === undefined ? {} : { hint }) },
    ]);
  });

  test("expressions of the place win over the common ones", () => {
    expect(value("{{version}} {{micro}} {{branch}}", { own: { version: "9", micro: "7" } })).toBe("9 7 master");
  });
});

describe("mistakes", () => {
  test.each([
    ["{{brnch}}", "unknown expression", 'did you mean "branch"?'],
    ["{{nonsense_words}}", "unknown expression", /^expected one of branch, tag, /],
    ["{{constructor}}", "unknown expression", /^expected one of/],
    ["{{evnet}}", "unknown expression", 'did you mean "event"?'],
    ["{{xenv.A}}", "unknown expression", /./],
    ["{{env.A-B}}", "unknown expression", /./],
    ["{{xref.a}}", "unknown expression", /./],
    ["{{env.}}", "unknown expression", /^expected one of/],
    ["{{ref.}}", "unknown expression", /./],
    ["{{}}", "is not an expression", /write \{\{name\}\}/],
    ["{{ }}", "is not an expression", /./],
    ["{{'branch'}}", "unknown expression", /./],
    ["{{a=b}}", "unknown expression", /./],
    ["{{date 'YYYY}}", "is not an expression", /./],
    ["{{#if branch}}", "takes no arguments", /^$/],
    ["{{branch 'x'}}", "takes no arguments", /^$/],
    ["{{date 'YYYY' 'MM'}}", "takes one format", /^$/],
    ["{{date 'YYYY' zone='UTC'}}", 'unknown argument "zone"', "expected tz"],
    ["{{date 'YYYY' tx='UTC'}}", 'unknown argument "tx"', 'did you mean "tz"?'],
    ["{{date 'YYYY' tz=UTC}}", "the time zone must be in quotes", /^$/],
    ["{{date 'YYYY' tz='Europe/Berln'}}", "unknown time zone", 'did you mean "Europe/Berlin"?'],
    ["{{date 'YYYY' tz='Nowhere'}}", "unknown time zone", "use a name like Europe/Berlin"],
    ["{{date 'YYYY' tz='+09:00'}}", "unknown time zone", /./],
  ])("%s: %s", (text, message, hint) => {
    const { problems, value: kept } = render(text);
    expect(problems).toMatchObject([{ path: "args.X", message, got: text }]);
    expect(problems[0]?.hint ?? "").toMatch(hint);
    expect(kept).toBe(text);
  });

  test("braces that never close, and all that is wrong at once", () => {
    expect(render("a {{branch").problems).toEqual([
      {
        path: "args.X",
        message: '"{{" is never closed',
        got: "a {{branch",
        hint: String.raw`write \{{ for the characters themselves`,
      },
    ]);
    expect(render("{{brnch}} {{tga}}").problems.map(({ hint }) => hint)).toEqual([
      'did you mean "branch"?',
      'did you mean "tag"?',
    ]);
  });
});
