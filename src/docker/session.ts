import path from "node:path";
import { value } from "../ci/environment.ts";
import { InputError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { workDirectory } from "./invocation.ts";

/** What docker processes of one run have in common. */
export interface Session {
  /** A private temporary directory (0700), removed when the run ends. */
  directory: string;
  /** Variables that point docker to this run's own files, and the values of `$NAME` words. */
  env: Record<string, string>;
}

/**
 * Runs `use` with a private temporary directory. With `login` docker's configuration is a copy in there, so that no
 * password outlives the run. The directory is removed however the run ends, a signal included.
 */
export async function withSession<T>(
  host: Host,
  login: { registries: readonly string[] } | null,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const directory = await makeDirectory(host);
  try {
    const env = login === null ? {} : await ownConfiguration(host, directory, login.registries);
    return await use({ directory, env: { ...env, [workDirectory]: directory } });
  } finally {
    await host.files.remove(directory);
  }
}

async function makeDirectory({ files, cwd, env }: Host): Promise<string> {
  // A step may work in a folder of the workspace, and TMPDIR lie in another one.
  const around = [cwd, await repositoryOf(files, cwd), value(env, "DRONE_WORKSPACE"), value(env, "CI_WORKSPACE")];
  try {
    return await files.makeTemporary(
      "multistage-build-",
      around.flatMap((folder) => folder ?? []),
    );
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = faults[code] ?? message;
    const name = ["TMPDIR", "TMP", "TEMP"].find((one) => value(env, one) !== undefined) ?? "TMPDIR";
    const hint = "it is where files for the time of the run are put; leave it out for the system's own place";
    throw new InputError([{ path: name, message: reason, got: env[name], hint }]);
  }
}

/** What may be wrong with a folder for temporary files. */
const faults: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "it is not a folder",
  EACCES: "nothing may be written to it",
  EPERM: "nothing may be written to it",
  EROFS: "nothing can be written to it",
  ENOSPC: "there is no space left in it",
};

/** The folder of the git repository that a folder is in. */
async function repositoryOf(files: Host["files"], folder: string): Promise<string | null> {
  if (await files.exists(path.join(folder, ".git"))) return folder;
  const above = path.dirname(folder);
  return above === folder ? null : repositoryOf(files, above);
}

interface DockerConfig {
  auths?: Record<string, unknown>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
  [key: string]: unknown;
}

/** A DOCKER_CONFIG of the run's own that keeps the user's plugins, contexts, builders and other registries' helpers. */
async function ownConfiguration(
  host: Host,
  directory: string,
  registries: readonly string[],
): Promise<Record<string, string>> {
  const theirs = value(host.env, "DOCKER_CONFIG") ?? path.join(host.home, ".docker");
  const text = await host.files.read(path.join(theirs, "config.json"));
  const config = ownConfig(parseConfig(text), registries);
  await host.files.write(path.join(directory, "config.json"), JSON.stringify(config));
  for (const folder of ["cli-plugins", "contexts"]) {
    const target = path.resolve(theirs, folder);
    if (await host.files.exists(target)) await host.files.link(target, path.join(directory, folder));
  }
  const builders = value(host.env, "BUILDX_CONFIG") ?? path.resolve(theirs, "buildx");
  // Without DOCKER_CERT_PATH the certificates for a daemon behind TLS are looked for beside the configuration.
  const tls = (host.env.DOCKER_TLS_VERIFY ?? host.env.DOCKER_TLS ?? "") !== "";
  const certificates = tls ? { DOCKER_CERT_PATH: host.env.DOCKER_CERT_PATH ?? path.resolve(theirs) } : {};
  return {
    DOCKER_CONFIG: directory,
    ...certificates,
    ...((await host.files.exists(builders)) ? { BUILDX_CONFIG: builders } : {}),
  };
}

function parseConfig(text: string | null): DockerConfig {
  try {
    return text === null ? {} : (JSON.parse(text) as DockerConfig);
  } catch {
    // docker itself warns about a broken config.json and goes on without it.
    return {};
  }
}

const hubKey = "https://index.docker.io/v1/";

/**
 * The user's configuration, but what is logged in to is stored in this file: a credential store would keep it after the
 * run. The store still answers for the other registries that we can name.
 */
export function ownConfig(theirs: DockerConfig, registries: readonly string[]): DockerConfig {
  const { credsStore, ...kept } = theirs;
  const keys = new Set(
    registries.flatMap((name) => (name === "docker.io" ? [name, hubKey] : [name, `https://${name}`])),
  );
  const others = [hubKey, ...Object.keys(theirs.auths ?? {})];
  const helpers = credsStore === undefined ? {} : Object.fromEntries(others.map((name) => [name, credsStore]));
  const credHelpers = Object.entries({ ...helpers, ...theirs.credHelpers }).filter(([name]) => !keys.has(name));
  return { ...kept, credHelpers: Object.fromEntries(credHelpers) };
}
