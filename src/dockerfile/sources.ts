import type { Instruction } from "./dockerfile.ts";

/** A stage, image or context that an instruction takes files from, as written. */
export interface Source {
  name: string;
  via: "copy" | "mount";
  line: number;
}

/**
 * The sources of an instruction: at most one for COPY, one per mount for RUN. ADD has none: BuildKit refuses `--from`
 * there.
 */
export function sourcesOf({ keyword, flags, line }: Instruction): Source[] {
  const values = (flag: string) => flags.filter(({ name }) => name === flag).map(({ value }) => value);
  if (keyword === "COPY") return named(values("from").slice(-1), "copy", line);
  if (keyword === "RUN") return named(values("mount").map(mountSource), "mount", line);
  return [];
}

function named(names: readonly string[], via: Source["via"], line: number): Source[] {
  return names.filter((name) => name !== "").map((name) => ({ name, via, line }));
}

/** The `from` of `type=bind,from=x,target=/y`; "" if there is none. */
function mountSource(mount: string): string {
  const froms = csvFields(mount).filter((field) => /^from=/i.test(field));
  return froms.at(-1)?.slice("from=".length) ?? "";
}

/** One line of CSV; a quoted field may contain commas, and `""` for a quote. */
function csvFields(text: string): string[] {
  return Array.from(text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}
