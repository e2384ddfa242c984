import path from "node:path";
import { pick } from "../ci/environment.ts";
import type { Host } from "../host/host.ts";

/** Who we are to a registry. An identity token stands in for a password where docker keeps one. */
export type Credentials = { username: string; password: string } | { identityToken: string };

interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

/** Docker Hub's key in docker's files. */
const hubKey = "https://index.docker.io/v1/";

/**
 * The credentials that docker itself would use for `registry`, from the config.json in `folder` and its helpers; null
 * where there are none. https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function dockerCredentials(host: Host, folder: string, registry: string): Promise<Credentials | null> {
  const text = await host.files.read(path.join(folder, "config.json"));
  const config = (parse(text ?? "") ?? {}) as DockerConfig;
  const keys =
    registry === "docker.io" ? [hubKey, "docker.io"] : [registry, `https://${registry}`, `http://${registry}`];
  for (const key of keys) {
    const helper = config.credHelpers?.[key] ?? (config.auths?.[key] === undefined ? undefined : config.credsStore);
    const found = helper === undefined ? null : await askHelper(host, helper, key);
    const stored = found ?? fromFile(config, key);
    if (stored !== null) return stored;
  }
  return config.credsStore === undefined ? null : askHelper(host, config.credsStore, keys[0]!);
}

function fromFile(config: DockerConfig, key: string): Credentials | null {
  const entry = config.auths?.[key];
  if (entry === undefined) return null;
  if (entry.identitytoken !== undefined && entry.identitytoken !== "") return { identityToken: entry.identitytoken };
  if (entry.username !== undefined && entry.password !== undefined) {
    return { username: entry.username, password: entry.password };
  }
  const decoded = Buffer.from(entry.auth ?? "", "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 1 ? null : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** https://github.com/docker/docker-credential-helpers#development */
async function askHelper(host: Host, helper: string, key: string): Promise<Credentials | null> {
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) return null;
  const result = await host.exec({
    argv: [`docker-credential-${helper}`, "get"],
    stdin: key,
    // Helpers find their own login in the cloud's variables and the home directory.
    env: pick(host.env, ["PATH", "HOME", "USER", "XDG_*", "DBUS_*", "AWS_*", "GOOGLE_*", "AZURE_*", "GCR_*", "ECR_*"]),
  });
  const answer = result.exitCode === 0 ? (parse(result.stdout) as { Username?: string; Secret?: string } | null) : null;
  if (answer?.Secret === undefined || answer.Username === undefined) return null;
  // The marker of an identity token: https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol
  return answer.Username === "<token>"
    ? { identityToken: answer.Secret }
    : { username: answer.Username, password: answer.Secret };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
