import type { AttributeReader } from "../attributes.ts";
import { missed, nothing, type RuleType, said } from "../rule.ts";

/** Tags that an earlier step wrote: a list with commas or line breaks, as Drone's plugins read it from `.tags`. */
export const file: RuleType = {
  attributes: ["path"],
  priority: 500,
  files: (reader) => [relativePath(reader, ".tags")],
  compile: (reader) => {
    const path = reader.text("path", ".tags");
    return ({ files }) => {
      const content = files.get(path) ?? null;
      if (content === null) return missed(`there is no file ${path}`);
      const names = content.split(/[\n,]/).map((name) => name.trim());
      const values = names.filter((name) => name !== "").map((name) => said(name, { exact: true }));
      return values.length === 0 ? nothing(`${path} is empty`) : { values, reason: `${path} lists it` };
    };
  },
};

/** A rule's `path`, which is relative to the config file. */
export function relativePath(reader: AttributeReader, fallback: string): string {
  const path = reader.text("path", fallback);
  if (path === "" || /^(?:\/|[A-Za-z]:)/.test(path))
    reader.fault("path", { message: "must be a path relative to the config file", got: path });
  return path;
}
