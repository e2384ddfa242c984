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

  test.each<[string, string, Partial<TemplateContext>?]>([
    ["{{branch lower}}", "feature/x", { event: branchEvent("Feature/X") }],
    ["{{branch without='freeze/'}}", "1.2", { event: branchEvent("freeze/1.2") }],
    ['{{branch without="freeze/"}}', "dev", { event: branchEvent("dev") }],
    ["{{branch without='Freeze/' lower first=3}}", "may", { event: branchEvent("Freeze/MAY-1") }],
    ["{{branch lower without='freeze/'}}", "may", { event: branchEvent("Freeze/MAY") }],
    ["{{branch without='dev'}}", "", { event: branchEvent("dev") }],
    ["{{branch first=2}}", "🙂🙂", { event: branchEvent("🙂🙂🙂") }],
    ["{{sha first=8}}", "860c1904"],
    ["{{sha first='12'}}", "860c1904a1ce"],
    ["{{sha first=1000}}", eventOf().sha],
    ["{{sha lower}}", "860c190"],
    ["{{sha first=8}}", "", nowhere],
    ["{{date 'MMMM' lower}}", "january"],
    ["{{date lower 'MMMM' first=3}}", "jan"],
    ["{{tag without='v'}}", "1.2.3-rc.4+b5", onTag],
    ["{{env.A lower}}", "x", { env: { A: "X" } }],
    ["{{raw lower}}", "x", { own: { raw: "X" } }],
    ["{{repo}}", "octocat/hello-world"],
    ["{{repo without='octocat/'}}", "hello-world"],
    ["{{arch}}/{{target}}", "arm64/app", { arch: "arm64", target: "app" }],
  ])("%s is %j", (text, expected, changes) => expect(value(text, changes)).toBe(expected));

  test("a secret is used as it is: a changed one would not be hidden", () => {
    const env = { TOKEN: { secret: "Hunter2Hunter2" } };
    const { problems } = render("{{env.TOKEN lower}}", { env, secretsByName: true });
    expect(problems.map(({ message }) => message)).toEqual([
      "TOKEN is a secret, and a changed one would not be known as one",
    ]);
    expect(render("{{env.TOKEN}}", { env, secretsByName: true }).problems).toEqual([]);
  });

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
    ["{{#if branch}}", "takes no such argument", "lower, first=8, without='prefix'"],
    ["{{branch 'x'}}", "takes no such argument", "lower, first=8, without='prefix'"],
    ["{{lower branch}}", "takes no such argument", "write {{branch lower}}"],
    ["{{first branch 8}}", "takes no such argument", "write {{branch first=8}}"],
    ["{{without branch 'freeze/'}}", "takes no such argument", "write {{branch without='prefix'}}"],
    ["{{sha 8}}", "takes no such argument", "write {{sha first=8}}"],
    ["{{branch | lower}}", "takes no such argument", /./],
    ["{{sha first}}", "first needs a number from 1 to 1000", "write first=8"],
    ["{{sha first=0}}", "first needs a number from 1 to 1000", "write first=8"],
    ["{{sha first=8x}}", "first needs a number from 1 to 1000", "write first=8"],
    ["{{sha first=99999999999}}", "first needs a number from 1 to 1000", "write first=8"],
    ["{{branch lower=true}}", "lower takes no value", "write lower alone"],
    ["{{branch without=freeze/}}", "without needs a text in quotes", "write without='freeze/'"],
    ["{{branch without}}", "without needs a text in quotes", "write without='freeze/'"],
    ["{{branch upper=1}}", 'unknown argument "upper"', /lower/],
    ["{{branch tz='UTC'}}", 'unknown argument "tz"', /./],
    ["{{ref.base lower}}", "is another image's name, and stays as it is", /^$/],
    ["{{date 'YYYY' 'MM'}}", "takes one format", /^$/],
    ["{{date 'YYYY' zone='UTC'}}", 'unknown argument "zone"', "expected one of tz, lower, first, without"],
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
