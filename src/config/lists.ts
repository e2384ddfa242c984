import type { Problem } from "../core/errors.ts";

const maps = ["targets", "registries", "defaults"];
const mapsOfTarget = ["args", "labels", "secrets", "contexts"];

/**
 * Lists where a map belongs, as in Compose's `args: [A=1]`; the schema would take them for maps with the keys 0, 1, 2.
 */
export function listsForMaps(written: unknown): Problem[] {
  const config = asMap(written);
  const targets = Object.entries(asMap(config.targets)).map(([name, target]) => [`targets.${name}`, target] as const);
  return [
    ...lists(config, maps, ""),
    ...[["defaults", config.defaults] as const, ...targets].flatMap(([path, target]) =>
      lists(asMap(target), mapsOfTarget, `${path}.`),
    ),
  ];
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function lists(map: Record<string, unknown>, keys: readonly string[], path: string): Problem[] {
  return keys.flatMap((key) =>
    Array.isArray(map[key])
      ? [{ path: `${path}${key}`, message: "must be a map (NAME: value), not a list", got: map[key] }]
      : [],
  );
}
