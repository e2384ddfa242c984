import { cleanJson, cleanOutput, cleanText } from "../core/printable.ts";
import type { Host, Output } from "../host/host.ts";
import { secretsOf } from "../secrets/secrets.ts";

/**
 * A host whose output holds no secret of its environment, nor what it is told to hide later, and nothing that a terminal acts
 * on but our colours.
 */
export function maskedHost(host: Host): Host {
  let secrets = secretsOf(host.env, new Set());
  const fit = (text: string) => cleanOutput(secrets.hideOdd(text));
  const masked = (output: Output): Output => ({ isTTY: output.isTTY, write: (text) => output.write(fit(text)) });
  return {
    ...host,
    stdout: masked(host.stdout),
    stderr: masked(host.stderr),
    // Only texts are masked: a secret that is called "false" must not change what is no text.
    json: (value) =>
      cleanJson(
        JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? secrets.hideOdd(part) : part), 2),
      ),
    print: host.print,
    mask: (text) => secrets.hideOdd(text),
    // Cleaned first: what a colour stands in the middle of is no secret to anybody else.
    outside: (text) => secrets.hide(cleanText(text)),
    hide: (env, names) => (secrets = secretsOf({ ...host.env, ...env }, names)),
  };
}
