import type { Engine } from "./images.ts";
import { parseName } from "./names.ts";
import { type Refusal, statusLine } from "./remote.ts";

/** As the engines print a connection that the registry drops. */
const reset = "read tcp 127.0.0.1:44876->127.0.0.1:5977: read: connection reset by peer";

/** What `docker pull` prints to standard error when the registry says no; seen with Docker 28.5 and 20.10. */
export function pullRefusal(engine: Engine, name: string, refusal: Refusal): string {
  const { status, method, url } = refusal;
  const { short, familiar, full } = parseName(name);
  const said = (text: string) => `Error response from daemon: ${text}`;
  if (engine === "containerd") {
    const resolving = `failed to resolve reference "${full}"`;
    if (status === 404) return said(`${resolving}: ${full}: not found`);
    if (status === 0 || status === 401) return said(`${resolving}: ${resolveRefusal("pull", refusal)}`);
    return said(`unknown: ${resolving}: ${resolveRefusal("pull", refusal)}`);
  }
  if (status === 404) return said(`manifest for ${short} not found: manifest unknown: manifest unknown`);
  if (status === 401) return said(`${capital(method)} "${url}": no basic auth credentials`);
  if (status === 403 && engine === "legacy") return said("denied");
  if (status === 403) {
    const denied = `denied: ${refusal.body}`;
    return said(
      `pull access denied for ${familiar}, repository does not exist or may require 'docker login': ${denied}`,
    );
  }
  return said(classicRefusal(refusal));
}

/** What `docker push` prints to standard error. */
export function pushRefusal(engine: Engine, refusal: Refusal): string {
  const { status, method, url, body } = refusal;
  if (engine === "containerd") {
    return status === 0 || status === 401
      ? resolveRefusal("push", refusal)
      : `unknown: ${resolveRefusal("push", refusal)}`;
  }
  if (status === 401) return `${capital(method)} "${url}": no basic auth credentials`;
  if (engine === "legacy" && body === "" && (status === 403 || status === 429)) {
    return `error parsing HTTP ${status} response body: unexpected end of JSON input: ""`;
  }
  if (status === 403) return `denied: ${refusal.message}`;
  return classicRefusal(refusal);
}

/** How BuildKit and the containerd image store put it. */
export function resolveRefusal(doing: "pull" | "push", { status, method, url }: Refusal): string {
  if (status === 0) return `failed to do request: ${capital(method)} "${url}": ${reset}`;
  if (status !== 401) return `unexpected status from ${method} request to ${url}: ${statusLine(status)}`;
  const denied = `${doing} access denied, repository does not exist or may require authorization`;
  return `${denied}: authorization failed: no basic auth credentials`;
}

function classicRefusal({ status, url, message }: Refusal): string {
  if (status === 0) return `Get "${new URL("/v2/", url).href}": ${reset}`;
  if (status === 429) return `toomanyrequests: ${message}`;
  return `received unexpected HTTP status: ${statusLine(status)}`;
}

/** Go names a request's method like this in its errors. */
function capital(method: string): string {
  return `${method.slice(0, 1)}${method.slice(1).toLowerCase()}`;
}
