import path from "node:path";
import { type Environment, value } from "../ci/environment.ts";
import type { Host } from "../host/host.ts";

/**
 * The certificates that are trusted for one registry beside Node's own, in PEM form: the config's, and those that docker
 * finds in its folders, which in rootless mode lie in the user's home.
 * https://docs.docker.com/engine/security/certificates/ and …/engine/security/rootless/tips/
 */
export async function certificates(
  { files, home }: Pick<Host, "files" | "home">,
  env: Environment,
  registry: string,
  /** The file that the config names, and what to do where it cannot be read. */
  own: { file: string; complain: (line: string) => void } | null,
): Promise<string[]> {
  const configured = own === null ? null : await files.readInput(own.file);
  if (own !== null && configured !== null && typeof configured !== "string") {
    own.complain(`registries.${registry}.ca: ${own.file}: ${configured.fault}`);
  }
  const folders = ["/etc/docker", path.join(value(env, "XDG_CONFIG_HOME") ?? path.join(home, ".config"), "docker")].map(
    (folder) => path.join(folder, "certs.d", registry),
  );
  const names = await Promise.all(folders.map((folder) => files.list(folder)));
  const found = folders.flatMap((folder, at) =>
    (names[at] ?? []).filter((name) => name.endsWith(".crt")).map((name) => path.join(folder, name)),
  );
  const texts = [configured, ...(await Promise.all(found.map((file) => files.read(file))))];
  const all = texts.filter((text) => typeof text === "string");
  // Who names certificates to Node replaces its own list, and with it what this variable has added to that.
  const extra = all.length === 0 ? undefined : value(env, "NODE_EXTRA_CA_CERTS");
  const more = extra === undefined ? null : await files.read(path.resolve(extra));
  return more === null ? all : [...all, more];
}
