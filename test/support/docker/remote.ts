import { STATUS_CODES } from "node:http";
import type { HttpRequest, HttpResponse, NoResponse } from "../../../src/host/host.ts";
import { type ImageContent, manifestType, packImage, readConfig } from "../registry/image.js";
import { type ImageName, parseName } from "./names.ts";

/** What a registry said against a push or a pull: no answer at all is status 0. */
export interface Refusal {
  status: number;
  method: string;
  url: string;
  body: string;
  /** What an error says whose body is declared as JSON; docker repeats a body that is not as it is. */
  message: string;
}

/** How a docker host reaches the registries. */
export interface Remote {
  handle: (request: HttpRequest) => Promise<HttpResponse | NoResponse>;
  /** The header that goes with requests to a registry; null where nobody is logged in. */
  authorization: (registry: string) => Promise<string | null>;
}

type Answer = HttpResponse | NoResponse;

type Sent = { answer: HttpResponse } | { refusal: Refusal };

async function send(
  remote: Remote,
  { registry, path }: ImageName,
  method: HttpRequest["method"],
  rest: string,
  content: { type?: string; body?: string } = {},
): Promise<Sent> {
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  const url = `${registry.startsWith("localhost") ? "http" : "https"}://${host}/v2/${path}/${rest}`;
  const authorization = await remote.authorization(registry);
  const headers = {
    ...(authorization === null ? {} : { authorization }),
    ...(content.type === undefined ? {} : { "content-type": content.type }),
  };
  const request = { method, url, headers, ...(content.body === undefined ? {} : { body: content.body }) };
  const answer = await followed(remote, await loggedIn(remote, request));
  const isPage = "body" in answer && /^\s*</.test(answer.body);
  if (answer.status >= 200 && answer.status < 300 && "body" in answer && !isPage) return { answer };
  const body = "body" in answer ? answer.body : "";
  return { refusal: { status: answer.status, method, url, body, message: errorMessage(body) } };
}

/** Gets a token where one is asked for in the form that docker knows. */
async function loggedIn(remote: Remote, request: HttpRequest): Promise<{ request: HttpRequest; answer: Answer }> {
  const answer = await remote.handle(request);
  const challenge = "headers" in answer && answer.status === 401 ? (answer.headers["www-authenticate"] ?? "") : "";
  const realm = /^Bearer realm="([^"]+)"/.exec(challenge)?.[1];
  if (realm === undefined) return { request, answer };
  const given = await remote.handle({ method: "GET", url: realm, headers: {} });
  if (!("body" in given) || given.status !== 200) return { request, answer: given };
  const { token, access_token: other } = JSON.parse(given.body) as { token?: string; access_token?: string };
  const headers = { ...request.headers, authorization: `Bearer ${token || other}` };
  return { request: { ...request, headers }, answer: await remote.handle({ ...request, headers }) };
}

/** Follows a redirect, without the login. */
async function followed(remote: Remote, { request, answer }: Awaited<ReturnType<typeof loggedIn>>): Promise<Answer> {
  if (answer.status !== 307 || !("headers" in answer)) return answer;
  const { authorization: _, ...headers } = request.headers;
  return remote.handle({ ...request, url: answer.headers["location"] ?? "", headers });
}

function errorMessage(body: string): string {
  try {
    return (JSON.parse(body) as { errors?: { message: string }[] }).errors?.[0]?.message ?? body;
  } catch {
    return body;
  }
}

/** Sends an image: the blobs that are not there, then the manifest. */
export async function pushImage(
  remote: Remote,
  name: string,
  content: ImageContent,
): Promise<{ digest: string; size: number } | { refusal: Refusal }> {
  const place = parseName(name);
  const { blobs, manifest, digest } = packImage(content);
  for (const [of, body] of blobs) {
    const there = await send(remote, place, "HEAD", `blobs/${of}`);
    if ("answer" in there) continue;
    if (there.refusal.status !== 404) return there;
    const uploaded = await send(remote, place, "POST", `blobs/uploads/?digest=${of}`, { body });
    if ("refusal" in uploaded) return uploaded;
  }
  const put = await send(remote, place, "PUT", `manifests/${place.reference}`, { type: manifestType, body: manifest });
  return "refusal" in put ? put : { digest, size: Buffer.byteLength(manifest) };
}

/** Fetches an image: its manifest and its configuration. */
export async function pullImage(
  remote: Remote,
  name: string,
): Promise<{ content: ImageContent; digest: string } | { refusal: Refusal }> {
  const place = parseName(name);
  const found = await send(remote, place, "HEAD", `manifests/${place.reference}`);
  if ("refusal" in found) return found;
  const manifest = await send(remote, place, "GET", `manifests/${place.reference}`);
  if ("refusal" in manifest) return manifest;
  const { config, manifests = [] } = JSON.parse(manifest.answer.body) as {
    config?: { digest: string };
    manifests?: { digest: string }[];
  };
  // Any image of an index will do: the layers that are scripted are the same on all platforms.
  if (config === undefined)
    return pullImage(remote, `${name.replace(/(?::[^:/]+)?(?:@.*)?$/, "")}@${manifests[0]!.digest}`);
  const blob = await send(remote, place, "GET", `blobs/${config.digest}`);
  if ("refusal" in blob) return blob;
  const { labels, layers, cache, architecture } = readConfig(blob.answer.body);
  const content = { labels, layers, architecture, ...(Object.keys(cache).length === 0 ? {} : { cache }) };
  return { content, digest: manifest.answer.headers["docker-content-digest"] ?? "" };
}

/** `503 Service Unavailable` */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`;
}
