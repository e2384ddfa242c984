import type { DockerHost, Ended } from "./host.ts";
import { type Engine, type HostImage, inspected } from "./images.ts";
import { parseName } from "./names.ts";
import { NotExpected, readWords } from "./words.ts";

export function tag({ images }: DockerHost, words: readonly string[]): Ended {
  const [from = "", to = "", ...more] = readWords(words, {}).rest;
  if (to === "" || more.length > 0) throw new NotExpected(`tag ${words.join(" ")}`);
  const image = images.find(from);
  if (image === undefined) {
    return { exitCode: 1, stderr: `Error response from daemon: No such image: ${parseName(from).short}\n` };
  }
  images.keep(images.content(image), to);
  return {};
}

export function inspectImages({ engine, images }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--format": "next" });
  if (rest.length === 0) throw new NotExpected("image inspect of nothing");
  const found = rest.flatMap((reference) => images.find(reference) ?? []);
  const missing = rest.filter((reference) => images.find(reference) === undefined);
  const said = notFound(engine, "image");
  return {
    exitCode: missing.length > 0 ? 1 : 0,
    stdout: one("--format") === null ? inspectedJson(found, engine) : formatted(found, one("--format")!),
    stderr: missing.map((reference) => `${said} ${reference}\n`).join(""),
  };
}

function inspectedJson(found: readonly HostImage[], engine: Engine): string {
  return found.length === 0
    ? "[]\n"
    : `${JSON.stringify(
        found.map((image) => inspected(image, engine)),
        null,
        4,
      )}\n`;
}

function formatted(found: readonly HostImage[], format: string): string {
  if (format !== "{{range .RepoDigests}}{{println .}}{{end}}") throw new NotExpected(`the format ${format}`);
  // Each image ends with a line's end, and so did each of its digests.
  return found.length === 0
    ? "\n"
    : found.map(({ digests }) => `${digests.map((one) => `${one}\n`).join("")}\n`).join("");
}

export function listImages({ images }: DockerHost, words: readonly string[]): Ended {
  const { one, all, rest } = readWords(words, { "--quiet": "alone", "--no-trunc": "alone", "--filter": "next" });
  if (rest.length > 0 || one("--quiet") === null || one("--no-trunc") === null)
    throw new NotExpected(`image ls ${words.join(" ")}`);
  const filters = all("--filter").map((filter) => {
    const [, key = "", value = ""] = /^label=([^=]+)=(.*)$/.exec(filter) ?? [];
    if (key === "") throw new NotExpected(`the filter ${filter}`);
    return { key, value };
  });
  const found = images.all().filter(({ labels }) => filters.every(({ key, value }) => labels[key] === value));
  // An image is listed once per name.
  return {
    stdout: found
      .flatMap(({ id, names }) => (names.length === 0 ? [id] : names.map(() => id)))
      .map((id) => `${id}\n`)
      .join(""),
  };
}

export function removeImages({ engine, images }: DockerHost, words: readonly string[]): Ended {
  const { rest } = readWords(words, {});
  if (rest.length === 0) throw new NotExpected("image rm of nothing");
  const [stdout, stderr]: [string[], string[]] = [[], []];
  for (const name of rest) {
    if (name.startsWith("sha256:")) throw new NotExpected("an image to be removed by its id");
    const image = images.find(name);
    const container = [...images.containers].find(([, id]) => id === image?.id)?.[0].slice(0, 12);
    if (image === undefined) stderr.push(`${notFound(engine, "image")} ${name}`);
    else if (image.names.length > 1 || container === undefined) stdout.push(...images.remove(image, name));
    else {
      const verb =
        engine === "containerd"
          ? `delete ${name} (must be forced)`
          : `remove repository reference "${name}" (must force)`;
      const using = `container ${container} is using its referenced image ${image.id.slice(7, 19)}`;
      stderr.push(`Error response from daemon: conflict: unable to ${verb} - ${using}`);
    }
  }
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
  return { exitCode: stderr.length > 0 ? 1 : 0, stdout: text(stdout), stderr: text(stderr) };
}

/** The older client says itself what the daemon has not found. */
function notFound(engine: Engine, what: "image" | "container"): string {
  return engine === "legacy" ? `Error: No such ${what}:` : `Error response from daemon: No such ${what}:`;
}

export function listContainers({ images }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--all": "alone", "--quiet": "alone", "--no-trunc": "alone" });
  if (rest.length > 0 || one("--all") === null || one("--quiet") === null || one("--no-trunc") === null) {
    throw new NotExpected(`container ls ${words.join(" ")}`);
  }
  return { stdout: [...images.containers.keys()].map((id) => `${id}\n`).join("") };
}

export function inspectContainers({ engine, images }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--format": "next" });
  if (one("--format") !== "{{.Image}}" || rest.length === 0)
    throw new NotExpected(`container inspect ${words.join(" ")}`);
  const said = notFound(engine, "container");
  const missing = rest.filter((id) => !images.containers.has(id));
  return {
    exitCode: missing.length > 0 ? 1 : 0,
    stdout: rest
      .flatMap((id) => images.containers.get(id) ?? [])
      .map((id) => `${id}\n`)
      .join(""),
    stderr: missing.map((id) => `${said} ${id}\n`).join(""),
  };
}
