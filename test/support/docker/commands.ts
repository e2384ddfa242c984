import path from "node:path";
import type { Command } from "../../../src/host/host.ts";
import { bake } from "./bake.ts";
import { build } from "./build.ts";
import type { DockerHost, Ended } from "./host.ts";
import { type Engine, type HostImage, inspected } from "./images.ts";
import { parseName } from "./names.ts";
import { pullRefusal, pushRefusal } from "./refusals.ts";
import { pullImage, pushImage } from "./remote.ts";
import { NotExpected, readWords } from "./words.ts";

type Run = (host: DockerHost, words: readonly string[], command: Command) => Ended | Promise<Ended>;

/** The commands that are known, by their first words; the longest that fits is it. */
export const commands: Readonly<Record<string, Run>> = {
  version,
  login,
  tag,
  push,
  pull,
  build: (host, words) => {
    // Docker 23 and later have no BuildKit of their own.
    if (host.engine === "legacy") return build(host, words);
    return { exitCode: 125, stderr: "unknown flag: --progress\n\nUsage:  docker build [OPTIONS] PATH | URL | -\n" };
  },
  "buildx version": () => ({ stdout: "github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4\n" }),
  "buildx bake": bake,
  "image inspect": inspectImages,
  "image ls": listImages,
  "image rm": removeImages,
  "container ls": listContainers,
  "container inspect": inspectContainers,
};

/** The versions that the real engines of these kinds have. */
const versions: Record<Engine, string> = {
  modern: "28.5.2+dfsg4",
  containerd: "28.5.2+dfsg4",
  legacy: "20.10.24+dfsg1",
};

/** What docker says that has no buildx: the word is not known, and so is not its first flag. */
export function withoutBuildx(engine: Engine, words: readonly string[]): Ended {
  if (words[1] === "version") {
    const stderr =
      engine === "legacy"
        ? "docker: 'buildx' is not a docker command.\nSee 'docker --help'\n"
        : "docker: unknown command: docker buildx\n\nRun 'docker --help' for more information\n";
    return { exitCode: 1, stderr };
  }
  const help = engine === "legacy" ? "See 'docker --help'.\n\n" : "\n";
  return { exitCode: 125, stderr: `unknown shorthand flag: 'f' in -f\n${help}Usage:  docker [OPTIONS] COMMAND\n` };
}

function version({ engine }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--format": "next" });
  const format = one("--format");
  if (rest.length > 0 || format !== "{{.Client.Version}} {{.Server.Version}}")
    throw new NotExpected(`version ${words.join(" ")}`);
  return { stdout: `${versions[engine]} ${versions[engine]}\n` };
}

/** Asks the registry, and keeps the login in docker's configuration: only in one of the run's own. */
async function login(host: DockerHost, words: readonly string[], { stdin, env }: Command): Promise<Ended> {
  const { one, rest } = readWords(words, { "--username": "next", "--password-stdin": "alone" });
  const [registry, ...more] = rest;
  const username = one("--username");
  const folder = env?.DOCKER_CONFIG;
  if (
    registry === undefined ||
    more.length > 0 ||
    username === null ||
    one("--password-stdin") === null ||
    stdin === undefined
  ) {
    throw new NotExpected(`login ${words.join(" ")}`);
  }
  if (folder === undefined) throw new NotExpected("a login into the user's own configuration");
  const auth = Buffer.from(`${username}:${stdin.replace(/\n$/, "")}`).toString("base64");
  const url = `https://${registry === "docker.io" ? "registry-1.docker.io" : registry}/v2/`;
  const answer = await host.remote.handle({ method: "GET", url, headers: { authorization: `Basic ${auth}` } });
  if (answer.status === 0) return refused(`Get "${url}": read: connection reset by peer`);
  if (answer.status !== 200) {
    const status = answer.status === 401 ? "401 Unauthorized" : String(answer.status);
    return refused(`login attempt to ${url} failed with status: ${status}`);
  }
  const file = path.join(folder, "config.json");
  const config = JSON.parse((await host.files.read(file)) ?? "{}") as { auths?: object };
  const key = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
  await host.files.write(file, JSON.stringify({ ...config, auths: { ...config.auths, [key]: { auth } } }));
  return { stdout: "Login Succeeded\n" };
}

function tag({ images }: DockerHost, words: readonly string[]): Ended {
  const [from = "", to = "", ...more] = readWords(words, {}).rest;
  if (to === "" || more.length > 0) throw new NotExpected(`tag ${words.join(" ")}`);
  const image = images.find(from);
  if (image === undefined) return refused(`No such image: ${parseName(from).short}`);
  images.keep(images.content(image), to);
  return {};
}

async function push(host: DockerHost, words: readonly string[]): Promise<Ended> {
  const { engine, images } = host;
  const name = only(words);
  const { full, repository, reference, registry, path: repositoryPath } = parseName(name);
  const stdout = `The push refers to repository [${repository}]\n`;
  const image = images.find(name);
  if (image === undefined) {
    const local = registry === "docker.io" ? repositoryPath : repository;
    const why =
      engine === "containerd"
        ? `tag does not exist: ${full}`
        : `An image does not exist locally with the tag: ${local}`;
    return { exitCode: 1, stdout, stderr: `${why}\n` };
  }
  const sent = await pushImage(host.remote, name, images.content(image));
  if ("refusal" in sent) return { exitCode: 1, stdout, stderr: `${pushRefusal(engine, sent.refusal)}\n` };
  images.published(image, name);
  return { stdout: `${stdout}${reference}: digest: ${sent.digest} size: ${sent.size}\n` };
}

async function pull(host: DockerHost, words: readonly string[]): Promise<Ended> {
  const { engine, images } = host;
  const name = only(words);
  const { full, reference, path: repositoryPath } = parseName(name);
  const pulled = await pullImage(host.remote, name);
  if ("refusal" in pulled) return { exitCode: 1, stderr: `${pullRefusal(engine, name, pulled.refusal)}\n` };
  const before = images.find(name)?.id;
  const image = images.keep(pulled.content, name, true);
  const status = before === image.id ? "Image is up to date for" : "Downloaded newer image for";
  const stdout = [
    `${reference}: Pulling from ${repositoryPath}`,
    `Digest: ${pulled.digest}`,
    `Status: ${status} ${parseName(name).short}`,
    full,
  ];
  return { stdout: `${stdout.join("\n")}\n` };
}

function inspectImages({ engine, images }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--format": "next" });
  if (rest.length === 0) throw new NotExpected("image inspect of nothing");
  const found = rest.flatMap((reference) => images.find(reference) ?? []);
  const missing = rest.filter((reference) => images.find(reference) === undefined);
  const said = engine === "legacy" ? "Error: No such image:" : "Error response from daemon: No such image:";
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

function listImages({ images }: DockerHost, words: readonly string[]): Ended {
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

function removeImages({ engine, images }: DockerHost, words: readonly string[]): Ended {
  const { rest } = readWords(words, {});
  if (rest.length === 0) throw new NotExpected("image rm of nothing");
  const [stdout, stderr]: [string[], string[]] = [[], []];
  for (const name of rest) {
    if (name.startsWith("sha256:")) throw new NotExpected("an image to be removed by its id");
    const image = images.find(name);
    const missing = engine === "legacy" ? "Error: No such image:" : "Error response from daemon: No such image:";
    const container = [...images.containers].find(([, id]) => id === image?.id)?.[0].slice(0, 12);
    if (image === undefined) stderr.push(`${missing} ${name}`);
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

function listContainers({ images }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--all": "alone", "--quiet": "alone", "--no-trunc": "alone" });
  if (rest.length > 0 || one("--all") === null || one("--quiet") === null || one("--no-trunc") === null) {
    throw new NotExpected(`container ls ${words.join(" ")}`);
  }
  return { stdout: [...images.containers.keys()].map((id) => `${id}\n`).join("") };
}

function inspectContainers({ engine, images }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--format": "next" });
  if (one("--format") !== "{{.Image}}" || rest.length === 0)
    throw new NotExpected(`container inspect ${words.join(" ")}`);
  const said = engine === "legacy" ? "Error: No such container:" : "Error response from daemon: No such container:";
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

function only(words: readonly string[]): string {
  const [name, ...more] = readWords(words, {}).rest;
  if (name === undefined || more.length > 0) throw new NotExpected(words.join(" "));
  return name;
}

function refused(text: string): Ended {
  return { exitCode: 1, stderr: `Error response from daemon: ${text}\n` };
}
