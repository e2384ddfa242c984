import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secretsOf } from "../../../src/secrets/secrets.ts";

const shown = (secret: string, text: string, name = "API_TOKEN") => secretsOf({ [name]: secret }, new Set()).hide(text);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const odd = `it's "a" $\{b} %{c} <d>&e\\f +/ö\tg`;
const pem = `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq${"hkiG9w0BAQEF".repeat(4)}\nAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n`;

/** A text that has the secret in it; what is shown must not. */
const forms: [form: string, secret: string, written: string][] = [
  ["as it is", odd, odd],
  ["in a shell's single quotes", "hunter'two2xx", `'hunter'\\''two2xx'`],
  ["in a shell's other single quotes", "hunter'two2xx", `'hunter'"'"'two2xx'`],
  ["in a shell's double quotes", 'a"b$c`d\\e', String.raw`"a\"b\$c\`d\\e"`],
  ["in a bake file", "abc${def}", "abc$${def}"],
  ["in a bake file, as JSON", 'abc${"def"}', JSON.stringify('abc$${"def"}')],
  ["in JSON", odd, JSON.stringify(odd)],
  ["in JSON in JSON", odd, JSON.stringify(JSON.stringify(odd))],
  ["in JSON without a letter beyond ASCII", "pä$$wörd/1", String.raw`p\u00e4$$w\u00f6rd\/1`],
  ["in Go's %q", "a\u0001b\u007f\"c'd1", String.raw`"a\x01b\u007f\"c'd1"`],
  ["in a URL", odd, encodeURIComponent(odd)],
  ["in a URL, lower case", "a/b+c d=é1", "a%2fb%2bc%20d%3d%c3%a91"],
  ["in a form", "a/b+c d=é1", "a%2Fb%2Bc+d%3D%C3%A91"],
  ["in a URL in a URL", "a/b+c d1", "a%252Fb%252Bc%2520d1"],
  [
    "in HTML",
    odd,
    odd.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&#62;").replaceAll("'", "&#x27;"),
  ],
  ["in a Dockerfile", "a b$c'd1", String.raw`ENV A=a\ b\$c\'d1`],
  ["in SQL", "it's1234", "'it''s1234'"],
  ["in base64", odd, base64(odd)],
  ["in base64 without padding", "hunter-2-2", base64("hunter-2-2").replace(/=+$/, "")],
  ["in base64 for URLs", "??>>??>>1a", Buffer.from("??>>??>>1a").toString("base64url")],
  ["in base64, escaped for a URL", "??>>??>>1a", encodeURIComponent(base64("??>>??>>1a"))],
  ["in hex", odd, Buffer.from(odd).toString("hex")],
  ["on several lines, in base64", pem, base64(pem)],
  ["on several lines, in wrapped base64", pem, base64(pem).replaceAll(/.{76}/g, "$&\n")],
  ["on several lines, in one", pem, pem.replaceAll("\n", "\\n")],
  ["on several lines, indented", pem, pem.replaceAll("\n", "\r\n    ")],
];

describe("a secret in another form", () => {
  it.each(forms)("is hidden %s", (_, secret, written) => {
    expect(shown(secret, `before: ${written} :after`)).toMatch(
      /^before: (?:["'\\]|ENV A=)*\*{6}(?:["'\\\s]|\\n)* :after$/,
    );
  });

  it.each([0, 1, 2, 3].map((before) => [before] as const))(
    "is hidden in the base64 of %d characters more",
    (before) => {
      const text = shown("hunter-two-2", base64(`${"u".repeat(before)}:hunter-two-2:${"x".repeat(before)}`));
      expect(text).toMatch(/^[\w+/=]{0,8}\*{6}[\w+/=]{0,8}$/);
    },
  );

  it("is hidden line by line, and a line of it in base64", () => {
    expect(shown(pem, "AASCBKcwggSjAgEAAoIBAQC7")).toBe("******");
    expect(shown(pem, base64("AASCBKcwggSjAgEAAoIBAQC7"))).toMatch(/^\*{6}=*$/);
  });

  it.each([
    ["the token of an .npmrc", "//r.io/:_authToken=npm_abcdef123\nstrict-ssl=true\n", "sent npm_abcdef123"],
    ["the password of a .netrc", "machine r.io login me password pw-12-3456", "sent pw-12-3456"],
    [
      "what a docker config logs in with",
      `{"auths":{"r.io":{"auth":"${base64("me:pw-12-3456")}"}}}`,
      "sent pw-12-3456",
    ],
    ["the password in a URL", "postgres://me:pw-12-3456@db/prod", "sent pw-12-3456"],
  ])("is hidden where it is only a part of one: %s", (_, secret, written) => {
    expect(shown(secret, written)).toBe("sent ******");
  });

  it("is hidden where it is in the URL of any variable", () => {
    expect(shown("https://me:pw-12-3456@r.io/x", "sent pw-12-3456", "DRONE_GIT_HTTP_URL")).toBe("sent ******");
    expect(shown("x", "got https://me:pw-12-3456@r.io/x", "NOTHING")).toBe("got https://me:******@r.io/x");
    expect(shown("x", "docker-image://alpine:3.19@sha256:abc")).toContain("alpine:3.19@sha256");
  });

  it("is hidden in two lines, but for what is shorter than a piece", () => {
    const secret = "Zx9-kL3_pQ7-vB1_nM5";
    for (let cut = 0; cut <= secret.length; cut++) {
      const lines = [`echo ${secret.slice(0, cut)}`, `${secret.slice(cut)} end`].map((line) => shown(secret, line));
      const seen = lines.join(" ").replaceAll(/echo|end|[* ]/g, "");
      expect(seen.length, lines.join("|")).toBeLessThan(6);
    }
  });

  it("is hidden in any mixture of quotings, and leaves nothing", () => {
    const part = fc.constantFrom(..."abcXYZ019!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ é".split(""));
    const secret = fc.array(part, { minLength: 8, maxLength: 40 }).map((parts) => `k9!${parts.join("")}z`);
    const shells: ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => text.replaceAll("'", `'\\''`),
      (text) => text.replaceAll(/["$`\\]/g, "\\$&"),
      (text) => text.replaceAll(/[$%](?=\{)/g, "$&$&"),
    ];
    const wires: ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => text.replaceAll("&", "&amp;").replaceAll("'", "&#39;").replaceAll('"', "&#34;").replaceAll("<", "&lt;"),
      (text) => encodeURIComponent(text),
    ];
    fc.assert(
      fc.property(secret, fc.constantFrom(...shells), fc.constantFrom(...wires), (value, shell, wire) => {
        const written = wire(shell(value));
        expect(shown(value, `<<${written}>>`)).toBe("<<******>>");
      }),
      { numRuns: 1000 },
    );
  });
});

describe("how a value is treated", () => {
  it.each([
    ["abc", "abc abc-1 xabcx", "abc abc-1 xabcx", "abc abc-1 xabcx"],
    ["true", "true", "true", "true"],
    ["1234", "a 1234 b12345", "a 1234 b12345", "a 1234 b12345"],
    ["master", "to master-1, mastered", "to ******-1, mastered", "to master-1, mastered"],
    ["target", "targets target", "targets ******", "targets target"],
    ["r.io/base:1.2.3", "push r.io/base:1.2.3", "push ******", "push r.io/base:1.2.3"],
    ["hunter2", "is hunter2", "is ******", "is hunter2"],
    ["hunter'two2", "is hunter'two2xx", "is ******xx", "is ******xx"],
    ["correct-horse-battery-staple", "a correct-horse-battery-staple", "a ******", "a ******"],
  ])("%s in %j", (value, text, outside, own) => {
    const secrets = secretsOf({ API_TOKEN: value }, new Set());
    expect([secrets.hide(text), secrets.hideOdd(text)]).toEqual([outside, own]);
  });

  it("depends on the name, unless the config calls it a secret", () => {
    expect(secretsOf({ NPM: "hunter'two2" }, new Set()).hide("hunter'two2")).toBe("hunter'two2");
    expect(secretsOf({ NPM: "hunter'two2" }, new Set(["NPM"])).hide("hunter'two2")).toBe("******");
  });

  it("names the variable whose value is somewhere", () => {
    const secrets = secretsOf({ A_TOKEN: "tok-1-4bcdef", B_TOKEN: "master" }, new Set());
    expect(secrets.variableIn("r.io/x:tok-1-4bcdef-3")).toBe("A_TOKEN");
    expect(secrets.variableIn("r.io/x:master-3")).toBeNull();
    expect(secrets.byName("x=tok-1-4bcdef;")).toEqual(["x=", { variable: "A_TOKEN" }, ";"]);
    expect(secrets.byName("master")).toEqual([{ variable: "B_TOKEN" }]);
    expect(secrets.byName("master-1")).toEqual(["master-1"]);
  });
});
