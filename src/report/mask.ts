import type { Host, Output } from "../host.ts";

/** Names whose values are taken for secrets even if the config does not say so. */
const secretName =
  /(?:pass(?:word|wd|phrase)?|secret|token|credentials?|private_?key|api_?key|access_?key|auth)(?:$|_)/i;
const shortest = 5;
const mask = "******";

/**
 * What must never be printed: the values of the variables that are `named`, and of all whose name sounds like a secret;
 * plain, in base64 (as docker stores `user:password`) and URL-encoded, as CI's own masking knows only the plain form.
 */
function secretForms(env: Readonly<Record<string, string | undefined>>, named: ReadonlySet<string>): string[] {
  const values = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= shortest && (named.has(name) || secretName.test(name)) ? [value] : [],
  );
  const forms = values.flatMap((value) => [
    value,
    Buffer.from(value).toString("base64").replace(/=+$/, ""),
    encodeURIComponent(value),
    // JSON.stringify is how a value may get into a line of progress.
    JSON.stringify(value).slice(1, -1),
  ]);
  // Longest first: a secret that holds another one must go as a whole.
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length);
}

/** A host whose outputs hide what sounds like a secret in its environment, and what it is told to hide later. */
export function maskedHost(host: Host): Host {
  let secrets = secretForms(host.env, new Set());
  const masked = (output: Output): Output => ({
    isTTY: output.isTTY,
    // Text is written line by line, so no secret is split.
    write: (text) => output.write(secrets.reduce((shown, secret) => shown.replaceAll(secret, mask), text)),
  });
  return {
    ...host,
    stdout: masked(host.stdout),
    stderr: masked(host.stderr),
    hide: (env, names) => (secrets = [...secretForms(env, names), ...secrets]),
  };
}
