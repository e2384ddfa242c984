import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const source = path.resolve(import.meta.dirname, "../../src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
/** The code without its comments. */
const codeOf = (file: string) =>
  readFileSync(path.join(source, file), "utf8").replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
const importsOf = (file: string) =>
  [...codeOf(file).matchAll(/^(import|export) (type )?[^;]*?from "([^"]+)"/gm)].map(([, , type, name]) => ({
    name: name!,
    type: type !== undefined,
  }));
const inside = (...folders: string[]) =>
  files.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)));

/** Only types may come from these: they touch the outside world. */
const outside = /(?:^|\/)(?:host|system-host|system-files|interruption|main|cli|bin)\.ts$/;
/** Of Node's own modules these are only functions of their arguments. */
const harmless = /^node:(?:crypto|path|util)$/;

describe("the pure core", () => {
  const pure = inside("core", "dockerfile", "tags", "plan", "docker", "progress").filter(
    // Both open the outside world to docker, and say so in their names.
    (file) => file !== "docker/session.ts",
  );

  it.each(pure)("%s knows no process, file, clock or colour", (file) => {
    const wrong = importsOf(file).filter(
      ({ name, type }) =>
        (name.startsWith("node:") && !harmless.test(name)) ||
        (!type && outside.test(name)) ||
        ["execa", "chalk", "cosmiconfig", "commander"].includes(name),
    );
    expect(wrong).toEqual([]);
    expect(codeOf(file)).not.toMatch(/\bprocess\.|\bDate\.now\(|new Date\(\)|Math\.random\(|\bconsole\./);
  });
});

describe("the outside world", () => {
  it("is touched in few places", () => {
    const touching = files.filter((file) => /\bprocess\.(?!platform|version)/.test(codeOf(file)));
    expect(touching.toSorted()).toEqual(["bin.ts", "host/system-files.ts"]);
  });

  it("is caught in one place", () => {
    const exits = files.filter((file) => /\bprocess\.exit\(|process\.exitCode/.test(codeOf(file)));
    expect(exits).toEqual(["bin.ts"]);
  });
});
