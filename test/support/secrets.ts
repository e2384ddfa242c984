import fc from "fast-check";

/** How a text may be written where it is quoted or encoded. */
export const writings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  "JSON's": (text) => JSON.stringify(text).slice(1, -1),
  "a shell's": (text) => text.replaceAll("'", `'\\''`),
  "a shell's, in double quotes": (text) => text.replaceAll(/["$`\\]/g, "\\$&"),
  "bake's": (text) => JSON.stringify(text.replaceAll(/[$%](?=\{)/g, "$&$&")).slice(1, -1),
  "a URL's": (text) => encodeURIComponent(text),
  "a URL's, lower case": (text) => encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
  "a form's": (text) => encodeURIComponent(text).replaceAll("%20", "+"),
  "HTML's": (text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&#39;").replaceAll('"', "&#34;"),
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 of a login": (text) => Buffer.from(`me:${text}`).toString("base64"),
  hex: (text) => Buffer.from(text).toString("hex"),
};

const odd = fc
  .array(fc.constantFrom(...`abyzAZ0189!"#$%&'()*+,-./:;<=>?@[]^_{|}~ \\é`.split("")), {
    minLength: 6,
    maxLength: 30,
  })
  .map((parts) => parts.join(""));

/** Values that no word of a log or a config is by chance: whatever way they are written, nobody is to see them. */
export const oddSecret = odd.map((text) => `q7$\{${text}}'"Z`);

/** Where a config has its secrets, and what stands around them there. */
export const secretPlaces = fc.record({
  variable: fc.constantFrom("API_TOKEN", "TOKEN2", "GH_PAT", "PASSWORD1", "SSH_KEY", "authToken"),
  before: fc.constantFrom("", "x", "$", "%", "'", '"', "\\", "--", "https://me:"),
  after: fc.constantFrom("", "x", "$", "}", "'", "@h.io", "{{sha}}", "{{env.SECRET}}"),
  inDefaults: fc.boolean(),
  asLiteral: fc.boolean(),
  asSecret: fc.boolean(),
  asPassword: fc.boolean(),
  inCloneUrl: fc.boolean(),
  reuse: fc.boolean(),
});

/** Values that are names and words of ours as well. */
export const plainSecret = fc.constantFrom(
  ..."master target base app1 app2 latest docker version r.io r.io/p/base build-base octocat images push steps".split(
    " ",
  ),
);

/** The ways in which an output shows one of the values. */
export function leaks(output: string, values: readonly string[]): string[] {
  return values.flatMap((value) =>
    Object.entries(writings).flatMap(([name, write]) =>
      output.includes(write(value)) ? [`${JSON.stringify(value)} in ${name} form`] : [],
    ),
  );
}
