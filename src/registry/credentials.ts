import path from "node:path";
import { type Environment, pick, value } from "../ci/environment.ts";
import { dockerHub } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { firstText, parseObject } from "./json.ts";
import { reasonOf } from "./reason.ts";

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
  host: Pick<Host, "exec" | "files" | "signal" | "outside">,
  env: Environment,
  folder: string,
  registry: string,
  /** Told of a helper that is no help. */
  say: (line: string) => void,
): Promise<Credentials | null> {
  const given = fromAuths(parseObject(value(env, "DOCKER_AUTH_CONFIG") ?? "") ?? {}, registry);
  if (given !== null) return given;
  // What we may not read docker cannot read either.
  const text = await host.files.read(path.join(folder, "config.json"));
  const config = (parseObject(text ?? "") ?? {}) as DockerConfig;
  const asked = ofRegistry(config.credHelpers ?? {}, registry) ?? config.credsStore ?? "";
  const kept = asked === "" ? null : await askHelper(host, env, asked, registry, say);
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

/** The entry of a registry, by whichever of its names. */
function ofRegistry<T>(entries: Readonly<Record<string, T>>, registry: string): T | undefined {
  const keys = registryKeys(registry);
  const exact = keys.find((key) => Object.hasOwn(entries, key));
  const key = exact ?? Object.keys(entries).find((one) => keys.includes(hostOf(one)));
  return key === undefined ? undefined : entries[key];
}

function fromAuths({ auths = {} }: DockerConfig, registry: string): Credentials | null {
  const entry = ofRegistry(auths, registry);
  return entry === undefined ? null : fromEntry(entry ?? {});
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

/** Helpers ask a keychain, or a cloud, which may wait for somebody to unlock it. In milliseconds. */
const longestHelp = 60_000;

/** Helpers find their own login in the cloud's variables, the home directory and the desktop's session. */
const helpful = [
  "PATH HOME USER TMPDIR GNUPGHOME DOCKER_CONFIG SSL_CERT_FILE SSL_CERT_DIR",
  "XDG_* DBUS_* PASSWORD_STORE_* AWS_* GOOGLE_* CLOUDSDK_* AZURE_* ACR_* GCR_* ECR_*",
  "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy",
].flatMap((names) => names.split(" "));

/** https://github.com/docker/docker-credential-helpers#development */
async function askHelper(
  host: Pick<Host, "exec" | "signal" | "outside">,
  env: Environment,
  helper: string,
  registry: string,
  say: (line: string) => void,
): Promise<Credentials | null> {
  const program = `docker-credential-${helper}`;
  const without = (why: string) => {
    // Where the run is interrupted meanwhile, the next request says so.
    if (!host.signal.aborted) say(`${registry}: ${program} gives no credentials: ${why}`);
    return null;
  };
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) return without("that is no name of a program");
  const result = await host.exec({
    argv: [program, "get"],
    stdin: registryKeys(registry)[0]!,
    env: pick(env, helpful),
    limit: longestHelp,
    onSilence: async (seconds) => {
      say(`${registry}: ${program} has said nothing for ${seconds} s, still waiting`);
      return null;
    },
  });
  if (result.missing) return without("there is no such program here, though docker's config.json names it");
  if (typeof result.late === "string") return without(result.late);
  // Helpers say on standard output what is wrong.
  const said = result.stdout.trim() || result.stderr.trim();
  if (result.exitCode !== 0 && /credentials not found/i.test(said)) return null;
  if (result.exitCode !== 0)
    return without(reasonOf({ body: said }, host.outside).text || `it ended with exit code ${result.exitCode}`);
  const answer = parseObject(result.stdout);
  const [username, secret] = [answer?.["Username"], answer?.["Secret"]];
  // What it has printed may be a secret in another form.
  if (typeof username !== "string" || typeof secret !== "string") return without("its answer is none");
  return pair(username, secret);
}
