import { cleanLine } from "../core/printable.ts";

/** Rows as text: columns are padded to their widest cell, the last one is not. */
export function table(written: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  const rows = written.map((row) => row.map(cleanLine));
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
