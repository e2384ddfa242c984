const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `36h`, `14d`, `2w` in milliseconds; null if `text` is not a duration. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  return amount === undefined || unit === undefined ? null : Number(amount) * units[unit]! * 1000;
}
