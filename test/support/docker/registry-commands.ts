import path from "node:path";
import type { Command } from "../../../src/host/host.ts";
import type { DockerHost, Ended } from "./host.ts";
import { parseName } from "./names.ts";
import { pullRefusal, pushRefusal } from "./refusals.ts";
import { pullImage, pushImage, type Refusal, statusLine } from "./remote.ts";
import { NotExpected, readWords } from "./words.ts";

/** Asks the registry, and keeps the login in docker's configuration: only in one of the run's own. */
export async function login(host: DockerHost, words: readonly string[], { stdin, env }: Command): Promise<Ended> {
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
  if (answer.status !== 200) return refused(`login attempt to ${url} failed with status: ${statusLine(answer.status)}`);
  const file = path.join(folder, "config.json");
  const config = JSON.parse((await host.files.read(file)) ?? "{}") as { auths?: object };
  const key = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
  await host.files.write(file, JSON.stringify({ ...config, auths: { ...config.auths, [key]: { auth } } }));
  return { stdout: "Login Succeeded\n" };
}

export async function push(host: DockerHost, words: readonly string[]): Promise<Ended> {
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

export async function pull(host: DockerHost, words: readonly string[]): Promise<Ended> {
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

/** Gives an image of a registry more names, there or in another one. */
export async function imagetools({ remote }: DockerHost, words: readonly string[]): Promise<Ended> {
  const { all, one, rest } = readWords(words, { "--prefer-index": "joined", "--tag": "joined" });
  const [verb, from, ...more] = rest;
  if (verb !== "create" || from === undefined || more.length > 0 || one("--prefer-index") !== "false")
    throw new NotExpected(`imagetools ${words.join(" ")}`);
  const found = await pullImage(remote, from);
  if ("refusal" in found) {
    const stderr = found.refusal.status === 404 ? `ERROR: ${from}: not found\n` : toolsRefusal(found.refusal);
    return { exitCode: 1, stderr };
  }
  for (const name of all("--tag")) {
    const sent = await pushImage(remote, name, found.content);
    if ("refusal" in sent) return { exitCode: 1, stderr: toolsRefusal(sent.refusal) };
  }
  return { stdout: "" };
}

function toolsRefusal({ method, url, status }: Refusal): string {
  return `ERROR: unexpected status from ${method} request to ${url}: ${statusLine(status)}\n`;
}

function only(words: readonly string[]): string {
  const [name, ...more] = readWords(words, {}).rest;
  if (name === undefined || more.length > 0) throw new NotExpected(words.join(" "));
  return name;
}

function refused(text: string): Ended {
  return { exitCode: 1, stderr: `Error response from daemon: ${text}\n` };
}
