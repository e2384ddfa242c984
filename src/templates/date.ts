import dayjs from "dayjs";
import advancedFormat from "dayjs/plugin/advancedFormat.js";
import dayOfYear from "dayjs/plugin/dayOfYear.js";
import isoWeek from "dayjs/plugin/isoWeek.js";
import localizedFormat from "dayjs/plugin/localizedFormat.js";
import utc from "dayjs/plugin/utc.js";
import weekOfYear from "dayjs/plugin/weekOfYear.js";
import weekYear from "dayjs/plugin/weekYear.js";
import { nearest } from "../core/suggest.ts";

for (const plugin of [utc, advancedFormat, localizedFormat, dayOfYear, weekOfYear, weekYear, isoWeek])
  dayjs.extend(plugin);

/**
 * What Moment formats and Day.js does not, or does differently. docker/metadata-action formats with Moment, so its
 * users' formats must mean the same here. https://momentjs.com/docs/#/displaying/format/
 */
const tokens: Readonly<Record<string, (time: dayjs.Dayjs, zone: string) => string>> = {
  Mo: (time) => ordinal(time.month() + 1),
  Qo: (time) => ordinal(Math.floor(time.month() / 3) + 1),
  DDD: (time) => String(time.dayOfYear()),
  DDDo: (time) => ordinal(time.dayOfYear()),
  DDDD: (time) => pad(time.dayOfYear(), 3),
  do: (time) => ordinal(time.day()),
  e: (time) => String(time.day()),
  E: (time) => String(time.isoWeekday()),
  Wo: (time) => ordinal(time.isoWeek()),
  y: (time) => String(time.year()),
  yy: (time) => String(time.year()),
  yyy: (time) => String(time.year()),
  yyyy: (time) => String(time.year()),
  yo: (time) => ordinal(time.year()),
  Y: (time) => String(time.year()),
  YYYYY: (time) => pad(time.year(), 5),
  YYYYYY: (time) => `+${pad(time.year(), 6)}`,
  N: () => "AD",
  NN: () => "AD",
  NNN: () => "AD",
  NNNN: () => "Anno Domini",
  NNNNN: () => "AD",
  gg: (time) => pad(time.weekYear() % 100, 2),
  ggggg: (time) => pad(time.weekYear(), 5),
  GG: (time) => pad(time.isoWeekYear() % 100, 2),
  GGGGG: (time) => pad(time.isoWeekYear(), 5),
  X: (time) => String(time.unix()),
  x: (time) => String(time.valueOf()),
  z: (time, zone) => abbreviation(time, zone),
  zz: (time, zone) => abbreviation(time, zone),
};
for (let digits = 1; digits <= 9; digits += 1) {
  Object.assign(tokens, {
    ["S".repeat(digits)]: (time: dayjs.Dayjs) => `${pad(time.millisecond(), 3)}000000`.slice(0, digits),
  });
}
/** These mean the same in both. */
const shared =
  "M MM MMM MMMM Q D Do DD d dd ddd dddd w wo ww W WW YY YYYY gggg GGGG A a H HH h hh hmm hmmss Hmm Hmmss k kk m mm s ss Z ZZ LT LTS L LL LLL LLLL l ll lll llll".split(
    " ",
  );

// The longest first, as Moment reads them; [text] in brackets and what follows a \ stand for themselves.
const names = [...Object.keys(tokens), ...shared].toSorted((a, b) => b.length - a.length);
const token = new RegExp(`\\[([^[]*)\\]|\\\\(${names.join("|")}|.)|${names.join("|")}`, "gs");

const formatted = new Map<string, string>();

/**
 * Formats a time (milliseconds since 1970) as Moment would, in English; without a format in ISO 8601. Default zone:
 * UTC. The results are cached: a build's many rules format the same few times.
 */
export function formatDate(milliseconds: number, format: string | null, zone: string | null): string {
  const key = JSON.stringify([milliseconds, format, zone]);
  const text = formatted.get(key) ?? render(milliseconds, format, zone ?? "UTC");
  if (formatted.size < 1000) formatted.set(key, text);
  return text;
}

function render(milliseconds: number, format: string | null, zone: string): string {
  const offset = offsetOf(milliseconds, zone);
  const utcTime = dayjs.utc(milliseconds);
  const time = offset === 0 ? utcTime : utcTime.utcOffset(offset, false);
  const isUtc = /^(?:etc\/)?(?:utc|uct|zulu|universal)$/i.test(zone);
  return (format ?? (isUtc ? "YYYY-MM-DDTHH:mm:ss[Z]" : "YYYY-MM-DDTHH:mm:ssZ")).replace(
    token,
    (written, literal?: string, escaped?: string) =>
      literal ?? escaped ?? tokens[written]?.(time, zone) ?? time.format(written),
  );
}

/** Why `zone` is not a time zone; null if it is one. */
export function zoneFault(zone: string): { message: string; hint: string } | null {
  if (clock(zone) !== null) return null;
  const near = nearest(zone, Intl.supportedValuesOf("timeZone"));
  return {
    message: "unknown time zone",
    hint: near === null ? "use a name like Europe/Berlin" : `did you mean "${near}"?`,
  };
}

const clocks = new Map<string, Intl.DateTimeFormat | null>();

/** A format that tells a zone's offset; null if there is no such zone. Cached, because making one is slow. */
function clock(zone: string): Intl.DateTimeFormat | null {
  const kept = clocks.get(zone);
  if (kept !== undefined) return kept;
  let made: Intl.DateTimeFormat | null = null;
  try {
    if (/^[A-Za-z]/.test(zone)) made = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    // A RangeError is how Intl says that it does not know the zone.
  }
  clocks.set(zone, made);
  return made;
}

/** The zone's offset from UTC at that time, in minutes. */
function offsetOf(milliseconds: number, zone: string): number {
  const name =
    clock(zone)
      ?.formatToParts(milliseconds)
      .find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === "-" ? -1 : 1);
}

/** `UTC`, `EST`; where the zone has no letters of its own, its offset, `+03`. */
function abbreviation(time: dayjs.Dayjs, zone: string): string {
  const options = { timeZone: zone, timeZoneName: "short" } as const;
  const parts = new Intl.DateTimeFormat("en-US", options).formatToParts(time.valueOf());
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  return /^GMT[+-]/.test(name) ? time.format("ZZ").replace(/00$/, "") : name;
}

function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${teen ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th")}`;
}

function pad(n: number, digits: number): string {
  return String(n).padStart(digits, "0");
}
