import fc from "fast-check";
import type { Files, State } from "./case.ts";

/** What a random image is made from. */
interface Draft {
  /** What is there besides what is always there. */
  files: Record<string, Files[string] | null>;
  ignored: string[];
  /** The instructions of a stage below and of the stage that is built. */
  low: string[];
  app: string[];
  isOnLow: boolean;
  args: Record<string, string>;
}

const content = fc.oneof(
  fc.constantFrom<Files[string] | null>("1", "2", null),
  fc.record({ text: fc.constantFrom("1", "2"), mode: fc.constantFrom(0o644, 0o755) }),
);
const paths = ["d/a.txt", "d/b.md", "d/s/c.txt", "d/s/d.md", "f.md", "h.txt", "keep/new"];
const links: [path: string, to: string[]][] = [
  ["keep/l", ["a", "b.txt", "s"]],
  ["d/l.to", ["../e.txt", "../g/h", "../g"]],
  ["k", ["g", "keep/s", "keep"]],
];
const files = fc.record({
  ...Object.fromEntries(
    ["keep/a", "keep/b.txt", "keep/s/c", "e.txt", "g/h"].map((path) => [path, fc.constantFrom("1", "2")]),
  ),
  ...Object.fromEntries(paths.map((path) => [path, content])),
  ...Object.fromEntries(links.map(([path, to]) => [path, fc.constantFrom(...to).map((link) => ({ link }))])),
});

/** All that is named by its very path is there. */
const kept = ["!keep", "!e.txt", "!g", "!k", "!d/l.to", "!Dockerfile"];
const ignoring = [
  "*",
  "**",
  "d",
  "d/",
  "/d/s",
  "../d",
  "d/*",
  "d/**",
  "*.md",
  "**/*.txt",
  "d/s/../b.md",
  "[a-d]",
  "?.md",
  "# d",
  "!d",
  "!d/s",
  "!*.md",
  "!**/*.txt",
  "!d/s/c.txt",
  "!../d",
  "! d/a.txt",
];
const ignored = fc.array(fc.constantFrom(...ignoring), { maxLength: 4 });

/** `@` stands for a place of its own. */
const instructions = [
  "COPY . @/",
  "COPY d* @/",
  "COPY *.txt @/",
  "COPY [d]/*.txt @/",
  "COPY d/*.to @/",
  "COPY */*.txt @/",
  "COPY k/* @/",
  "COPY k @/",
  "COPY keep @/",
  "COPY keep/ e.txt @/",
  "COPY keep/a @/z",
  "COPY keep/l @/l",
  "ADD keep/s @/",
  "COPY --exclude=*.txt . @/",
  "COPY --exclude=**/*.txt . @/",
  "COPY --exclude=* --exclude=!d/b.md . @/",
  "COPY --exclude=/d --exclude=keep/.. . @/",
  "COPY --exclude=d --exclude=!d/s . @/",
  "COPY --exclude=$A . @/",
  "COPY --chmod=600 keep/a @/m",
  "COPY --chown=1:2 keep @/",
  "COPY $A/a @/v",
  "COPY e.txt @/$B",
  "WORKDIR @/$B",
  "COPY --from=low / @/",
  "COPY <<EOF @/\n$B\nEOF",
  "COPY <<'EOF' <<-F @/\n$B\nEOF\n\t$A\nF",
  "COPY <<EOF @/\n1\r\nEOF",
];
const lines = (least: number, most: number, isBelow: boolean) =>
  fc.array(fc.constantFrom(...instructions.filter((one) => !isBelow || !one.includes("low"))), {
    minLength: least,
    maxLength: most,
  });

const draft: fc.Arbitrary<Draft> = fc.record({
  files,
  ignored,
  low: lines(1, 2, true),
  app: lines(1, 4, false),
  isOnLow: fc.boolean(),
  args: fc.record({ A: fc.constantFrom("keep", "g/../keep"), B: fc.constantFrom("1", "2") }),
});

/** Two drafts that differ in one thing at most. */
export const pairs: fc.Arbitrary<[State, State]> = fc
  .tuple(
    draft,
    draft,
    fc.constantFrom<keyof Draft>("files", "files", "ignored", "low", "app", "isOnLow", "args"),
    fc.nat(),
  )
  .map(([one, other, key, at]) => {
    if (key !== "files") return [stateOf(one), stateOf({ ...one, [key]: other[key] })];
    const names = Object.keys(one.files);
    const name = names[at % names.length]!;
    return [stateOf(one), stateOf({ ...one, files: { ...one.files, [name]: other.files[name]! } })];
  });

function stateOf({ files: drawn, ignored: patterns, low, app, isOnLow, args }: Draft): State {
  const stage = (from: string, name: string, own: readonly string[]) =>
    `FROM ${from} AS ${name}\nARG A B\n${own.map((line, at) => line.replace("@", `/${name}${at}`)).join("\n")}\n`;
  const there = Object.entries(drawn).filter(([, one]) => one !== null) as [string, Files[string]][];
  return {
    files: {
      ...Object.fromEntries(there),
      Dockerfile: stage("scratch", "low", low) + stage(isOnLow ? "low" : "scratch", "app", app),
      ".dockerignore": [...patterns, ...kept, ""].join("\n"),
    },
    target: { args },
  };
}
