import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, "../..");

/** The pages of the documentation, the README first. */
export const pages = ["README.md", ...readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`)];

/** What all of them say. */
export const readme = pages.map((name) => readFileSync(path.join(root, name), "utf8")).join("\n");

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
export function block(name: string): string {
  const [, inner] = new RegExp(`<!-- ${name} -->\\n([^]*?)<!-- /${name} -->`).exec(readme) ?? [];
  if (inner === undefined) throw new Error(`the documentation has no block ${name}`);
  return inner;
}

/** The fenced texts of one language in a part of the README. */
export function fences(language: string, text = readme): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, inner = ""]) => inner);
}

/** The rows of the table in a block, below its head, as cells. */
export function rows(name: string): string[][] {
  const lines = block(name)
    .split("\n")
    .filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** The code in a cell: what stands in backticks. */
export function codes(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** The arguments of every call of the program by npx in a text, taken apart at spaces. */
export function calls(text: string): string[][] {
  const found = text.matchAll(/npx (?:--yes )?multistage-build(?:@[\d.]+)?((?: [^\s`)|&;,#]+)*)/g);
  return [...found].map(([, args = ""]) => args.split(" ").filter((word) => word !== ""));
}
