import type { Schema } from "../../schema.config.ts";

/** Everything in which `value` is not as the schema says, as `path: what`; empty if it is valid. */
export function faults(schema: Schema, value: unknown, at = "plan"): string[] {
  const { anyOf, items, properties, required = [], additionalProperties } = schema;
  if ("const" in schema && value !== schema.const) return [`${at}: is not ${JSON.stringify(schema.const)}`];
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return [`${at}: is not one of ${schema.enum.join(", ")}`];
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.includes(typeOf(value))) return [`${at}: is not ${types.join(" or ")}`];
  if (anyOf !== undefined && anyOf.every((one) => faults(one, value, at).length > 0)) return [`${at}: is none of them`];
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((one, index) => faults(items, one, `${at}.${index}`));
  }
  if (typeof value !== "object" || value === null) return [];
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${at}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const own = properties?.[name] ?? additionalProperties ?? true;
      if (own === false) return [`${at}.${name}: is unknown`];
      return own === true ? [] : faults(own, one, `${at}.${name}`);
    }),
  ];
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
