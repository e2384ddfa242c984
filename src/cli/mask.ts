import type { Host, Output } from "../host/host.ts";
import { secretForms } from "./secrets.ts";

const stars = "******";

/** A host that hides what sounds like a secret in its environment, and what it is told to hide later. */
export function maskedHost(host: Host): Host {
  let secrets = secretForms(host.env, new Set());
  const mask = (text: string) => secrets.reduce((shown, secret) => shown.replaceAll(secret, stars), text);
  const masked = (output: Output): Output => ({ isTTY: output.isTTY, write: (text) => output.write(mask(text)) });
  return {
    ...host,
    stdout: masked(host.stdout),
    stderr: masked(host.stderr),
    // Only texts are masked: a secret that is called "false" must not change what is no text.
    json: (value) => JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? mask(part) : part), 2),
    print: host.print,
    hide: (env, names) => (secrets = secretForms({ ...host.env, ...env }, names)),
  };
}
