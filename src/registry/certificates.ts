import path from "node:path";
import { type Environment, value } from "../ci/environment.ts";
import type { Host, HttpRequest } from "../host/host.ts";

/** What encrypted connections to a registry are made with, besides what Node does anyway. */
export type Certificates = Required<Pick<HttpRequest, "ca" | "identities">>;

/**
 * The certificates for one registry: those that are trusted beside Node's own, which are the config's and those that docker
 * finds in its folders, and our own, for a registry that asks for one. In rootless mode the folders lie in the user's home.
 * https://docs.docker.com/engine/security/certificates/ and …/engine/security/rootless/tips/, …/desktop/features/networking/
 */
export async function certificates(
  { files, home }: Pick<Host, "files" | "home">,
  env: Environment,
  registry: string,
  /** The file that the config names, and what to do where it cannot be read. */
  own: { file: string; complain: (line: string) => void } | null,
): Promise<Certificates> {
  const configured = own === null ? null : await files.readInput(own.file);
  if (own !== null && configured !== null && typeof configured !== "string") {
    own.complain(`registries.${registry}.ca: ${own.file}: ${configured.fault}`);
  }
  const rootless = path.join(value(env, "XDG_CONFIG_HOME") ?? path.join(home, ".config"), "docker");
  const folders = ["/etc/docker", rootless, path.join(home, ".docker")].map((folder) =>
    path.join(folder, "certs.d", registry),
  );
  const names = await Promise.all(folders.map((folder) => files.list(folder)));
  const found = folders.flatMap((folder, at) => (names[at] ?? []).map((name) => path.join(folder, name)));
  const authorities = await Promise.all(found.filter((file) => file.endsWith(".crt")).map((file) => files.read(file)));
  const identities = await Promise.all(
    found
      .filter((file) => file.endsWith(".cert"))
      .map(async (file) => {
        const [cert, key] = [await files.read(file), await files.read(file.replace(/\.cert$/, ".key"))];
        return cert === null || key === null ? [] : [{ cert, key }];
      }),
  );
  const all = [configured, ...authorities].filter((text) => typeof text === "string");
  // Who names certificates to Node replaces its own list, and with it what this variable has added to that.
  const extra = all.length === 0 ? undefined : value(env, "NODE_EXTRA_CA_CERTS");
  const more = extra === undefined ? null : await files.read(path.resolve(extra));
  return { ca: more === null ? all : [...all, more], identities: identities.flat() };
}
