/** Environment variables, as the program was given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; undefined if it is unset or empty: CI servers use the two interchangeably. */
export function value(env: Environment, name: string): string | undefined {
  const text = env[name];
  return text === undefined || text === "" ? undefined : text;
}

/** The variables of `env` that are named, or whose name starts with a named prefix that ends in `*`. */
export function pick(env: Environment, names: readonly string[]): Record<string, string> {
  const prefixes = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  const picked: Record<string, string> = {};
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined) continue;
    if (names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix))) picked[name] = text;
  }
  return picked;
}
