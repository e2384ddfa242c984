import { shortenDigests } from "./shorten.ts";

const prefixes = [
  /^failed to (?:build|solve)(?: with frontend \S+)?: /,
  /^rpc error: code = \w+ desc = /,
  /^failed to run Build function: /,
  /^\S+: failed to resolve source metadata for \S+: /,
  /^failed to configure \w+ cache importer: /,
  /^failed to create LLB definition: /,
  /^failed to (?:compute|load) cache key: /,
  /^failed to calculate checksum of ref \S+: /,
];

/**
 * The builder's error without the names of its own machinery in front, and with short digests; for a command that
 * failed, its exit code.
 */
export function sayError(message: string): string {
  const code = exitCodeOf(message);
  if (code !== null) return `exit code ${code}`;
  let said = message;
  for (const prefix of prefixes) said = said.replace(prefix, "");
  return shortenDigests(said).replace(/( not found): not found$/, "$1");
}

/** The exit code of the command that RUN ran, in the words of new engines and of 20.10. */
export function exitCodeOf(message: string): number | null {
  const code =
    /^(?:[\w ]+: )*(?:process "[^]*" did not complete successfully|executor failed running \[[^]*\]): exit code: (\d+)/.exec(
      message,
    )?.[1];
  return code === undefined ? null : Number(code);
}

/**
 * Whether a step failed only because another one did. bake then stops all others: most are cancelled, a push is given
 * the other one's error, or is told that there is no daemon.
 */
export function isConsequence(message: string): boolean {
  return (
    /context canceled$|code = Canceled/.test(message) ||
    /^target \S+: /.test(message) ||
    message.startsWith("Cannot connect to the Docker daemon")
  );
}
