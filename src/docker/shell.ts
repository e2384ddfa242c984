import { isPrintable } from "../core/printable.ts";
import { digestInName, formatReference, parseReference, type Reference } from "../core/reference.ts";
import { dockerNames } from "./image-commands.ts";
import { digestVariable, type Invocation, workDirectory } from "./invocation.ts";
import type { Late, Text } from "../core/text.ts";

/** What a step comes to, as a shell has it. */
export type Line =
  | { run: Invocation; quiet?: boolean }
  /** Each is run only if the one before has failed. */
  | { firstOf: readonly Line[] }
  | { all: readonly Line[] }
  /** Each is run only if the one before has not failed; one that fails does not end the script. */
  | { inTurn: readonly Line[] }
  /** Finds out what digest an image on the host has in its repository; one that is published `isUp`, or else something has failed. */
  | { digest: string; from: Invocation; repository: string; isUp: boolean }
  /** Finds out what digest a target's image has that is up under this name. */
  | { up: string; name: Reference }
  /** Finds out what digest a target's image has that bake has just sent, from the file that it writes. */
  | { sent: string; file: string }
  /** Finds out what digest an image from outside has in its registry now, or else on the host where it `isHere`. */
  | { outside: string; key: string; pin: string; pull: boolean; isHere: boolean }
  /** Proves that each image stands on its base: `prove` looks at all of them. */
  | { prove: Invocation; pairs: readonly { target: string; image: Reference; base: Reference }[] }
  /** What the program does without docker, in words. */
  | { remark: string };

/** The invocations of lines, in order, and whether each is run only if what is before it has failed. */
export function invocationsOf(lines: readonly Line[]): { invocation: Invocation; otherwise: boolean }[] {
  return lines.flatMap((line) => {
    if ("run" in line) return [{ invocation: line.run, otherwise: false }];
    if ("prove" in line) return [{ invocation: line.prove, otherwise: false }];
    if ("all" in line) return invocationsOf(line.all);
    if ("inTurn" in line) return invocationsOf(line.inTurn);
    if (!("firstOf" in line)) return [];
    return line.firstOf.flatMap((one, at) =>
      invocationsOf([one]).map(({ invocation, otherwise }) => ({ invocation, otherwise: otherwise || at > 0 })),
    );
  });
}

/** A script for a POSIX shell that does the same as a run, ready to be copied and run. `directory` is where docker runs. */
export function shellScript(lines: readonly Line[], directory: string): string {
  const invocations = invocationsOf(lines).map(({ invocation }) => invocation);
  const logsIn = invocations.some(({ argv }) => argv[1] === "login");
  const needsWork = logsIn || invocations.some(({ argv }) => argv.some((word) => mentions(word, workDirectory)));
  return `${[
    // A shell of its own: it ends at the first failure, and what it changes and leaves behind is gone with it.
    "(",
    "set -eu",
    `cd ${quote(directory)}`,
    "export DOCKER_BUILDKIT=1",
    ...(needsWork ? [`${workDirectory}=$(mktemp -d)`, `trap 'rm -rf "$${workDirectory}"' EXIT`] : []),
    ...(logsIn ? [ownDockerConfig] : []),
    ...lines.map(toShell),
    ")",
  ].join("\n")}\n`;
}

/** So that the password goes when the script does: a configuration of its own, with the user's plugins. */
const ownDockerConfig = [
  `theirs=\${DOCKER_CONFIG:-$HOME/.docker}; export DOCKER_CONFIG="$${workDirectory}"`,
  `[ ! -d "$theirs/cli-plugins" ] || ln -s "$theirs/cli-plugins" "$DOCKER_CONFIG/"`,
].join("\n");

function mentions(text: Text, variable: string): boolean {
  return (
    typeof text !== "string" &&
    text.some((part) => typeof part === "object" && "variable" in part && part.variable === variable)
  );
}

function toShell(line: Line): string {
  if ("remark" in line) return `# ${line.remark}`;
  if ("run" in line) return line.quiet === true ? `${commandLine(line.run)} >/dev/null 2>&1` : commandLine(line.run);
  if ("prove" in line) return [`${commandLine(line.prove)} >/dev/null`, ...line.pairs.map(proof)].join("\n");
  if ("all" in line) return `{\n${line.all.map(toShell).join("\n")}\n}`;
  if ("outside" in line) return outsideDigest(line);
  if ("firstOf" in line) return line.firstOf.map(toShell).join(" || ");
  if ("inTurn" in line) return line.inTurn.map(toShell).join(" && ");
  if ("up" in line) return `${digestVariable(line.up)}=$(${manifestDigest(quote(formatReference(line.name)))})`;
  if ("sent" in line) return sentDigest(line);
  const only = `sed -n ${quote(digestsIn(line.repository))}`;
  const variable = digestVariable(line.digest);
  const found = `${variable}=$(${commandLine(line.from)} | ${only} | head -n 1)`;
  if (!line.isUp) return found;
  // A shell has no failure of what stands before a pipe.
  const fault = quote(`${line.digest} has no digest in ${line.repository}`);
  return `${found}\n[ -n "$${variable}" ] || { echo ${fault} >&2; exit 1; }`;
}

/** A word of sed's that prints the digests that an image has in a repository. */
function digestsIn(repository: string): string {
  return `s|^${repository.replaceAll(/[.[\]]/g, "\\$&")}@||p`;
}

/** A format that begins with `{{.Manifest` prints a summary of several lines, whatever it goes on with. */
function manifestDigest(image: string): string {
  return `docker buildx imagetools inspect --format '{{print .Manifest.Digest}}' ${image}`;
}

/** buildx writes the file with each target's name on a line of its own. */
function sentDigest({ sent, file }: { sent: string; file: string }): string {
  const only = `/^  "${sent}": {/,/^  }/s/.*"containerimage.digest": "\\(sha256:[0-9a-f]*\\)".*/\\1/p`;
  return `${digestVariable(sent)}=$(sed -n ${quote(only)} "$${workDirectory}/${file}")`;
}

/** What the registry says, or else what the host has. */
function outsideDigest({ outside, key, pin, pull, isHere }: Extract<Line, { outside: string }>): string {
  const [known, pinned] = [digestVariable(key), digestVariable(pin)];
  const named = digestInName(outside);
  if (named !== null) return `${known}=${quote(named)}`;
  const image = quote(outside);
  const asked = `${manifestDigest(image)} 2>/dev/null`;
  const parsed = parseReference(outside);
  const own = parsed === null ? [] : dockerNames(parsed.repository).map(digestsIn);
  // Its id stands last, for an image that is in no such repository.
  const format = "{{range .RepoDigests}}{{println .}}{{end}}{{.Id}}";
  const only = `sed -n ${[...own, "/^sha256:/p"].map((one) => `-e ${quote(one)}`).join(" ")}`;
  const ask = pull ? `${pinned}=$(${asked}) || ${pinned}=` : `${pinned}=`;
  if (!isHere) return `${ask}\n${known}=$${pinned}`;
  const here = `docker image inspect --format '${format}' ${image} 2>/dev/null | ${only} | head -n 1`;
  return `${ask}\n${known}=\${${pinned}:-$(${here})}`;
}

/** The layers of the one must begin with the layers of the other. */
function proof({ target, image, base }: { target: string; image: Reference; base: Reference }): string {
  const layers = (of: Reference) =>
    `"$(docker image inspect --format '{{range .RootFS.Layers}}{{.}} {{end}}' ${quote(formatReference(of))})"`;
  const fault = quote(`${target} does not stand on ${formatReference(base)}`);
  return `case ${layers(image)} in ${layers(base)}*) ;; *) echo ${fault} >&2; exit 1 ;; esac`;
}

function commandLine({ argv, stdin, set = {} }: Invocation): string {
  const values = Object.entries(set).map(([name, text]) => `${name}=${quoteText(text)}`);
  const line = [...values, ...argv.map(quoteText)].join(" ");
  if (stdin === null) return line;
  // A here-document shows what is many lines long as it is.
  if (typeof stdin === "string" || stdin.length > 1) return `${line} ${hereDocument(stdin)}`;
  return `printf %s ${quoteText(stdin)} | ${line}`;
}

function quoteText(text: Text): string {
  if (typeof text === "string") return quote(text);
  return text.map((part) => (typeof part === "string" ? quote(part) : `"${reference(part)}"`)).join("");
}

/** Quotes for a POSIX shell: nothing is special between single quotes. What a log would act on is spelled out for `printf`. */
export function quote(text: string): string {
  if (!isPrintable(text)) {
    const [body = "", end = ""] = text.split(/(\n*)$/);
    const octal = (sign: string) =>
      [...Buffer.from(sign)].map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join("");
    // A substitution drops the last line ends.
    return `"$(printf %b ${quote(body.replaceAll(/[^ -~]|[\\#:]/gu, octal))})"${end === "" ? "" : `'${end}'`}`;
  }
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function reference(late: Late): string {
  if ("pin" in late) return `\${${digestVariable(late.pin)}:+@\$${digestVariable(late.pin)}}`;
  return `\${${"digest" in late ? digestVariable(late.digest) : late.variable}}`;
}

/** With late pieces the shell is to fill them in, and nothing else. */
function hereDocument(text: Text): string {
  const isLate = typeof text !== "string";
  const body = isLate
    ? text.map((part) => (typeof part === "string" ? part.replaceAll(/[\\$`]/g, "\\$&") : reference(part))).join("")
    : text;
  const lines = new Set(body.split("\n"));
  let marker = "END";
  while (lines.has(marker)) marker += "_";
  return `<<${isLate ? marker : `'${marker}'`}\n${body}\n${marker}`;
}
