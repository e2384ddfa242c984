import type { AttributeReader } from "../attributes.ts";
import { encodingFault } from "../../core/encoding.ts";
import { type Gift, missed, nothing, type RuleType, said, type TagInputs } from "../rule.ts";

/** Tags that an earlier step wrote: a list with commas or line breaks, as Drone's plugins read it from `.tags`. */
export const file: RuleType = {
  attributes: ["path"],
  priority: 500,
  files: (reader) => [relativePath(reader, ".tags")],
  compile: (reader) => {
    const path = reader.text("path", ".tags");
    return ({ files }) => {
      const content = contentOf(path, files);
      if (typeof content !== "string") return content;
      const names = content.split(/[\n,]/).map((name) => name.trim());
      const values = names.filter((name) => name !== "").map((name) => said(name, { exact: true }));
      return values.length === 0 ? nothing(`${path} is empty`) : { values, reason: `${path} lists it` };
    };
  },
};

/** What a rule's file holds, or what the rule gives without it. One that is there and cannot be read is a mistake. */
export function contentOf(path: string, files: TagInputs["files"]): string | Gift {
  const content = files.get(path) ?? null;
  if (content === null || (typeof content !== "string" && content.missing)) return missed(`there is no file ${path}`);
  const [fault, hint] = typeof content === "string" ? [encodingFault(content)] : [content.fault, content.hint];
  if (fault === null) return content as string;
  const reason = `${path} ${fault}`;
  return { values: [], reason, faults: [{ message: reason, ...(hint === undefined ? {} : { hint }) }] };
}

/** A rule's `path`, which is relative to the config file. */
export function relativePath(reader: AttributeReader, fallback: string): string {
  const path = reader.text("path", fallback);
  if (path === "" || /^(?:\/|[A-Za-z]:)/.test(path))
    reader.fault("path", { message: "must be a path relative to the config file", got: path });
  return path;
}
