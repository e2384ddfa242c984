/** How a server wants to be asked: one challenge of a WWW-Authenticate header. Names are in lower case. */
export interface Challenge {
  scheme: string;
  parameters: Readonly<Record<string, string>>;
}

/** What a Link header points to, as it is written there. */
export interface Link {
  target: string;
  parameters: Readonly<Record<string, string>>;
}

/**
 * The challenges of a WWW-Authenticate header: there may be several, and commas stand between parameters and between
 * challenges alike. https://httpwg.org/specs/rfc9110.html#auth.challenge
 */
export function parseChallenges(header: string): Challenge[] {
  const text = new Scanner(header);
  const challenges: Challenge[] = [];
  for (;;) {
    text.take(/[\s,]*/y);
    const scheme = text.take(token);
    if (scheme !== "") challenges.push({ scheme: scheme.toLowerCase(), parameters: parametersOf(text, ofChallenges) });
    else if (text.take(/[^]/y) === "") return challenges;
  }
}

/** The links of a Link header. https://httpwg.org/specs/rfc8288.html#header */
export function parseLinks(header: string): Link[] {
  const text = new Scanner(header);
  const links: Link[] = [];
  for (;;) {
    text.take(/[\s,]*/y);
    const target = text.take(/<[^>]*>/y);
    if (target !== "") links.push({ target: target.slice(1, -1).trim(), parameters: parametersOf(text, ofLinks) });
    else if (text.take(/[^]/y) === "") return links;
  }
}

/** Where the page after this one is; null on the last. A link may have several relations. */
export function nextLink(header: string): string | null {
  const links = parseLinks(header);
  return links.find(({ parameters }) => parameters["rel"]?.toLowerCase().split(/\s+/).includes("next"))?.target ?? null;
}

/** https://httpwg.org/specs/rfc9110.html#tokens */
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"(?:[^"\\]|\\[^])*"?/y;

/** What stands before each parameter, what a value without quotes is, and whether a name may stand alone. */
interface Grammar {
  separator: RegExp;
  /** Some servers leave the quotes away where they must not. */
  bare: RegExp;
  alone: boolean;
}

// A name that stands alone in a list of challenges is the next scheme.
const ofChallenges: Grammar = { separator: /[\s,]*/y, bare: /[^\s,"]*/y, alone: false };
const ofLinks: Grammar = { separator: /\s*(?:;\s*)+/y, bare: /[^\s,;"]*/y, alone: true };

class Scanner {
  private at = 0;
  constructor(private readonly text: string) {}

  /** What the (sticky) pattern matches here, which is passed over; "" if it does not. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  /** Passes over what `read` makes something of, and over nothing if it returns null. */
  attempt<T>(read: () => T | null): T | null {
    const start = this.at;
    const result = read();
    if (result === null) this.at = start;
    return result;
  }
}

/** `name=value` again and again; the first of a name counts. */
function parametersOf(text: Scanner, { separator, bare, alone }: Grammar): Record<string, string> {
  const parameters = new Map<string, string>();
  for (;;) {
    const found = text.attempt(() => {
      text.take(separator);
      const name = text.take(token).toLowerCase();
      const hasValue = name !== "" && text.take(/\s*=\s*/y) !== "";
      return hasValue ? { name, value: valueOf(text, bare) } : name !== "" && alone ? { name, value: "" } : null;
    });
    if (found === null) return Object.fromEntries(parameters);
    if (!parameters.has(found.name)) parameters.set(found.name, found.value);
  }
}

function valueOf(text: Scanner, bare: RegExp): string {
  const written = text.take(quoted);
  return written === "" ? text.take(bare) : written.replace(/^"|"$/g, "").replaceAll(/\\([^])/g, "$1");
}
