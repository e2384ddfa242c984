/**
 * The fields of one CSV record, trimmed. A field that starts with `"` may hold commas, and `""` for a quote; elsewhere a
 * quote stands for itself. Null if a quoted field does not end where a field must.
 */
export function csvFields(record: string): string[] | null {
  const fields: string[] = [];
  const field = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)/y;
  while (field.lastIndex <= record.length) {
    const start = field.lastIndex;
    const match = field.exec(record);
    if (match === null || (match[1] === undefined && /^\s*"/.test(match[0]))) return null;
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? "").trim());
    if (field.lastIndex === start || !match[0].endsWith(",")) return fields;
  }
  return fields;
}
