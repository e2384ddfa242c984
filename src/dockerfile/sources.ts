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
  return field(mount, /^from=/i) ?? "";
}

/** What a mount without `from` binds of the build context, `/` for all of it; null where it is of another type. */
export function boundPath(mount: string): string | null {
  if (mountSource(mount) !== "" || (field(mount, /^type=/i) ?? "bind").toLowerCase() !== "bind") return null;
  return field(mount, /^(?:source|src)=/i) ?? "/";
}

/** The value of the last field of a mount whose key is this. */
function field(mount: string, key: RegExp): string | undefined {
  return csvFields(mount)
    .findLast((one) => key.test(one))
    ?.replace(key, "");
}

/** One line of CSV; a quoted field may contain commas, and `""` for a quote. */
function csvFields(text: string): string[] {
  return Array.from(text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}
