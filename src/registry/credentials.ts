import path from "node:path";
import { type Environment, pick, value } from "../ci/environment.ts";
import { dockerHub } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { firstText, parseObject } from "./json.ts";

/**
 * Who we are to a registry. An identity token is exchanged for a token where the registry says; a registry token is one
 * already.
 */
export type Credentials =
  | { kind: "password"; username: string; password: string }
  | { kind: "identity-token"; token: string }
  | { kind: "registry-token"; token: string };

interface DockerConfig {
  auths?: Record<string, Record<string, unknown> | null>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

/** Docker Hub's key in docker's files. */
const hubKey = "https://index.docker.io/v1/";

/**
 * The credentials that docker itself would use for `registry`; null where there are none. The variable
 * DOCKER_AUTH_CONFIG is asked before the config.json in `folder` and its helpers.
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function dockerCredentials(
  host: Pick<Host, "exec" | "files">,
  env: Environment,
  folder: string,
  registry: string,
): Promise<Credentials | null> {
  const given = fromAuths(parseObject(value(env, "DOCKER_AUTH_CONFIG") ?? "") ?? {}, registry);
  if (given !== null) return given;
  // What we may not read docker cannot read either.
  const text = await host.files.read(path.join(folder, "config.json")).catch(() => null);
  const config = (parseObject(text ?? "") ?? {}) as DockerConfig;
  const helper = registryKeys(registry)
    .map((key) => config.credHelpers?.[key])
    .find((name) => name !== undefined);
  const asked = helper ?? config.credsStore;
  const kept = asked === undefined ? null : await askHelper(host, env, asked, registry);
  return kept ?? fromAuths(config, registry);
}

/** The names that a registry goes by in docker's files, best first. */
function registryKeys(registry: string): string[] {
  return registry === dockerHub ? [hubKey, dockerHub, `index.${dockerHub}`] : [registry];
}

/** Older files have URLs as keys: what counts is the host. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

function fromAuths({ auths = {} }: DockerConfig, registry: string): Credentials | null {
  const keys = registryKeys(registry);
  const exact = keys.find((key) => Object.hasOwn(auths, key));
  const key = exact ?? Object.keys(auths).find((one) => keys.includes(hostOf(one)));
  return key === undefined ? null : fromEntry(auths[key] ?? {});
}

function fromEntry(entry: Record<string, unknown>): Credentials | null {
  const [registryToken, identityToken] = [firstText(entry["registrytoken"]), firstText(entry["identitytoken"])];
  if (registryToken !== "") return { kind: "registry-token", token: registryToken };
  if (identityToken !== "") return { kind: "identity-token", token: identityToken };
  const auth = firstText(entry["auth"]);
  if (auth === "") return pair(firstText(entry["username"]), firstText(entry["password"]));
  const decoded = Buffer.from(auth, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  // docker itself trims what older versions of it have padded.
  return colon < 1 ? null : pair(decoded.slice(0, colon), decoded.slice(colon + 1).replaceAll("\0", ""));
}

/** `<token>` marks an identity token: https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol */
function pair(username: string, secret: string): Credentials | null {
  if (username === "" || secret === "") return null;
  return username === "<token>"
    ? { kind: "identity-token", token: secret }
    : { kind: "password", username, password: secret };
}

/** https://github.com/docker/docker-credential-helpers#development */
async function askHelper(
  host: Pick<Host, "exec">,
  env: Environment,
  helper: string,
  registry: string,
): Promise<Credentials | null> {
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) return null;
  const asked = host.exec({
    argv: [`docker-credential-${helper}`, "get"],
    stdin: registryKeys(registry)[0]!,
    // Helpers find their own login in the cloud's variables and the home directory.
    env: pick(env, ["PATH", "HOME", "USER", "XDG_*", "DBUS_*", "AWS_*", "GOOGLE_*", "AZURE_*", "GCR_*", "ECR_*"]),
  });
  // Where the run is interrupted meanwhile, the next request says so.
  const result = await asked.catch(() => null);
  const answer = result?.exitCode === 0 ? parseObject(result.stdout) : null;
  return pair(firstText(answer?.["Username"]), firstText(answer?.["Secret"]));
}
