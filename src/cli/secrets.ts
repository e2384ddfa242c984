/** Names whose values are taken for secrets even if the config does not say so. */
const secretName = /(?:pass(?:word|wd|phrase)?|secret|token|credentials?|private_?key|api_?key|access_?key)(?:$|_)/i;
/** What such a variable may hold without being one. */
const noSecret = /^(?:true|false|none|null|yes|no|basic|bearer|docker|\d{1,6})$/i;
const shortest = 5;

/**
 * What must never be printed: the values of the variables that are `named`, and of all whose name sounds like a secret.
 * Plain, line by line, in base64 (as docker stores `user:password`), URL-encoded and as in JSON: CI's own masking knows
 * only the plain form. The longest come first, so that a secret that holds another one goes as a whole.
 */
export function secretForms(env: Readonly<Record<string, string | undefined>>, named: ReadonlySet<string>): string[] {
  const values = Object.entries(env).flatMap(([name, value]) => {
    const guessed = secretName.test(name) && !noSecret.test(value ?? "");
    return value !== undefined && (named.has(name) || guessed) ? [value, ...value.split(/\r?\n/)] : [];
  });
  const forms = values.filter(({ length }) => length >= shortest).flatMap(formsOf);
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length);
}

function formsOf(value: string): string[] {
  return [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), ...base64Forms(value)];
}

/**
 * How a text shows up in the base64 of something that it is a part of: that depends on whether 0, 1 or 2 bytes of a group
 * of three stand before it. The characters that its neighbours have a share in are left out.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const form = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return form.length >= shortest ? [form] : [];
  });
}
