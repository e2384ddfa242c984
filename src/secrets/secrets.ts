import { type Finder, replaceSpans, type SecretWord, wordFinder } from "./finder.ts";
import { isSecretName } from "./secret-name.ts";
import { hidePasswords, passwordsIn } from "./url.ts";

/** What a variable with a secret's name may hold without being one. */
const noSecret = /^(?:true|false|none|null|yes|no|on|off|auto|basic|bearer|docker|\d{1,6})$/i;
/** Shorter values are not hidden: they are in every text. */
const shortest = 4;
/** A value is plain up to this length, if it is made of nothing but words and small numbers. */
const longestPlain = 20;
const stars = "******";

/** What must not be seen, and where it is. */
export interface Secrets {
  /** The variables that hold nothing else. */
  variables: ReadonlySet<string>;
  /** Hides secrets in text from outside: what docker, a registry or another program says. */
  hide: (text: string) => string;
  /** The same, but leaves plain ones: what this program puts together may hold `master`, whatever a password is. */
  hideOdd: (text: string) => string;
  /** The variable (or `file …`) whose value `text` holds; null if it holds none, or one that is plain. */
  variableIn: (text: string) => string | null;
  /** The text with variables in place of their values. */
  byName: (text: string) => (string | { variable: string })[];
}

/**
 * The values of the variables that are `named`, of all whose name sounds like a secret, and the passwords in URLs. How a value
 * is treated is one rule, which the README has under "Secrets": below 4 characters it is not hidden; a plain one, that could be
 * a branch, a registry or a word of docker's, only where it is a word of its own in text from outside; any other everywhere,
 * in whatever way it is written.
 */
export function secretsOf(env: Readonly<Record<string, string | undefined>>, named: ReadonlySet<string>): Secrets {
  const values = Object.entries(env).flatMap(([name, value = ""]): [string, string][] => {
    const guessed = isSecretName(name) && !noSecret.test(value);
    const found = named.has(name) || guessed ? [value] : passwordsIn(value);
    return found.filter((one) => one.trim().length >= shortest).map((one) => [name, one]);
  });
  const odd = values.filter(([, value]) => !isPlain(value.trim()));
  const inside = values.flatMap(([, value]) => partsOf(value));
  const all = lazy(() => wordFinder([...values.map(([, value]) => value), ...inside].flatMap(formsOf), true));
  const sure = lazy(() =>
    wordFinder(
      odd.flatMap(([, value]) => formsOf(value)),
      false,
    ),
  );
  const one = lazy(() => odd.map(([name, value]) => ({ name, find: wordFinder(formsOf(value), false) })));
  const hideBy = (find: Finder, text: string) => hidePasswords(replaceSpans(text, find(text), stars), stars);
  return {
    variables: new Set(values.flatMap(([name, value]) => (env[name] === value ? [name] : []))),
    hide: (text) => hideBy(all(), text),
    hideOdd: (text) => hideBy(sure(), text),
    variableIn: (text) =>
      sure()(text).length === 0 ? null : (one().find(({ find }) => find(text).length > 0)?.name ?? null),
    byName: (text) => {
      const whole = values.find(([name, value]) => env[name] === value && value === text);
      if (whole !== undefined) return [{ variable: whole[0] }];
      return odd
        .filter(([name, value]) => env[name] === value)
        .reduce(putName, [text] as (string | { variable: string })[]);
    },
  };
}

type Pieces = (string | { variable: string })[];

function putName(pieces: Pieces, [variable, value]: readonly [string, string]): Pieces {
  return pieces.flatMap((piece): Pieces => {
    if (typeof piece !== "string") return [piece];
    const texts = piece.split(value);
    return texts.flatMap((text, at) => [...(at === 0 ? [] : [{ variable }]), ...(text === "" ? [] : [text])]);
  });
}

/** Made when it is needed: a plan without secrets in sight needs none of it. */
function lazy<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** Whether a value could be a word, a host, a branch, a reference or a version as well. */
function isPlain(value: string): boolean {
  if (value.length < 6 || !/[\p{L}\p{N}]/u.test(value)) return true;
  return value.length <= longestPlain && value.split(/[-_./:=@ ]+/).every((part) => plainWord.test(part));
}

const plainWord = /^(?:[a-z]*|[A-Z][a-z]*|[A-Z]*)\d{0,3}$|^\d{1,6}$/;

/** What is secret in a secret: its lines, the passwords in its URLs, and what stands behind a secret's name in it. */
function partsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const named = [...value.matchAll(entry)].flatMap(([, name = "", double, single, bare]) => {
    if (!isSecretName(name)) return [];
    const text = double === undefined ? (single ?? bare ?? "") : unescaped(double);
    // Docker keeps `user:password` in base64.
    const [, password = ""] = /^[^:]*:([^]*)$/.exec(Buffer.from(text, "base64").toString("utf8")) ?? [];
    return [text, ...(/[\p{Cc}\uFFFD]/u.test(password) ? [] : [password])];
  });
  const parts = [...(lines.length > 1 ? lines : [value.trim()]), ...named, ...passwordsIn(value)];
  return [...new Set(parts)].filter((part) => part.length >= shortest && !noSecret.test(part));
}

/** `_authToken=…`, `password …`, `"auth": "…"`. */
const entry = /([A-Za-z_][\w.-]{0,60})["']?(?:\s*[:=]\s*|[ \t]+)(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"',;}&]+))/g;

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

/** A value and how it shows up in base64 and in hex. How quoting changes it is the finder's to know. */
function formsOf(secret: string): SecretWord[] {
  const value = secret.trim();
  const bytes = Buffer.from(value);
  const whole = [bytes.toString("base64"), Buffer.from(secret).toString("base64")];
  const encoded = [
    ...whole.flatMap((text) => [text, text.replace(/=+$/, "")]),
    ...base64Parts(bytes),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
  ];
  return [
    { text: value, plain: isPlain(value) },
    ...encoded.filter(({ length }) => length >= 6).map((text) => ({ text, plain: false })),
  ];
}

/**
 * How a text shows up in the base64 of something that it is a part of: that depends on whether 0, 1 or 2 bytes of a group
 * of three stand before it. The characters that its neighbours have a share in are left out.
 */
function base64Parts(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}
