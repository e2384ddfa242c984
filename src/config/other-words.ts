import { nearest } from "../core/suggest.ts";

/** Where a map of the config stands, by which keys it has. */
export type MapKind = "config" | "target" | "registry" | "secret" | "attest" | "buildTag";

/** What to write instead of another tool's key: of Drone's and Woodpecker's plugins, of bake and of Compose. */
const instead: Readonly<Record<string, readonly string[]>> = {
  "write dockerfile:": ["dockerfilepath", "containerfile", "file"],
  "write repo:": ["repository", "repositories", "image", "imagename", "repos"],
  "write target:": ["stage"],
  "write targets:": ["services", "images"],
  "write args:": ["buildargs", "buildarg", "buildargsnew", "arg"],
  "write labels:": ["customlabels", "customlabel", "labelschema", "label"],
  "write annotations:": ["annotation"],
  "write attest: { provenance: true, sbom: true }": ["provenance", "sbom", "attests", "attestations", "attestation"],
  "write network:": ["networkmode", "buildnetwork"],
  "write extraHosts:": ["addhost", "addhosts", "extrahost"],
  "write platforms:": ["platform"],
  "write cacheFrom:": ["cachefrom", "cacheimages"],
  "write cacheTo:": ["cacheto"],
  "write needs:": ["dependson", "requires"],
  "write contexts:": ["namedcontext", "namedcontexts", "additionalcontexts", "buildcontexts"],
  "write suffix:": ["autotagsuffix", "defaultsuffix", "tagsuffix"],
  "write ssh: default, or ssh: id=path": ["sshagentkey"],
  "write secrets: { ID: { env: NAME } }": ["secret", "secretsfromenv", "secretsfromfile"],
  "write tags: auto_tag": ["autotag", "defaulttags", "defaulttag"],
  "list the variables under env:, and write {{env.NAME}} where it is wanted": [
    "buildargsfromenv",
    "envfile",
    "variables",
  ],
  "labels about the build are always set; labels: adds others": ["autolabel", "defaultlabels"],
  "write registries: { HOST: { username: NAME, password: NAME } }, NAMEs of environment variables": [
    "login",
    "logins",
    "username",
    "password",
    "credentials",
  ],
  "write registries: { HOST: { insecure: true } }": ["insecure", "skiptlsverify", "insecureskipverify"],
  "write push: false, or use --dry-run": ["dryrun", "nopush"],
  "use --no-cache": ["nocache"],
  "use --pull": ["pullimage", "alwayspull"],
  "leave it out: nothing is ever pruned": ["purge", "cleanup", "autoprune"],
  "leave it out: BuildKit does not do it": ["squash", "compress", "forcerm", "rm"],
  "leave it out: the docker daemon that is here is used, with its own settings": [
    // What the plugins start a daemon of their own with.
    "mirror",
    "mirrors",
    "registrymirror",
    "storagedriver",
    "storagepath",
    "bip",
    "mtu",
    "customdns",
    "ipv6",
    "customdnssearch",
    "experimental",
    "daemonoff",
    "daemonargs",
    "debug",
    "launchdebug",
    "buildkitconfig",
  ],
  "write its keys (context, dockerfile, args, target) directly under the target": ["build"],
  "targets are chosen by their names on the command line; what another one needs is built with it": ["group", "groups"],
  "write what targets share under defaults:, or use a YAML anchor": ["inherits", "extends"],
  "repo: says where an image is published, push: whether it is": ["output", "outputs", "load"],
};

const ofRegistry: Readonly<Record<string, readonly string[]>> = {
  "write username:": ["user", "login", "usernamefrom", "usernameenv"],
  "write password:": ["pass", "token", "secret", "accesstoken", "passwordfrom", "passwordenv"],
  "write insecure: true": ["http", "plainhttp", "tls", "skiptlsverify", "insecureskipverify"],
  "the registry is the key that this stands under": ["host", "registry", "url", "server", "hostname"],
  "write ca:, the path of a PEM file": ["cert", "cacert", "cafile", "certificate", "certs"],
};

const hints: Readonly<Record<"target" | "registry", ReadonlyMap<string, string>>> = {
  target: byWord(instead),
  registry: byWord(ofRegistry),
};

function byWord(table: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).flatMap(([hint, words]) => words.map((word) => [word, hint] as const)));
}

/** What to write instead of a key that is not known where it stands; null if nobody can tell. */
export function keyHint(key: string, kind: MapKind, keys: Readonly<Record<MapKind, readonly string[]>>): string | null {
  const exact = key.toLowerCase().replaceAll(/[-_ ]/g, "");
  const same = keys[kind].find((known) => known.toLowerCase() === exact);
  if (same !== undefined) return `write ${same}:`;
  if (kind === "config" && keys.target.includes(key)) {
    return `it is a target's: write it under targets.<name>${key === "repo" ? "" : ", or under defaults for all"}`;
  }
  if (kind === "target" && keys.config.includes(key)) return "it stands at the top level";
  const table = kind === "registry" ? hints.registry : kind === "config" || kind === "target" ? hints.target : null;
  const known = table?.get(exact);
  if (known !== undefined) return known;
  const near = nearest(key, keys[kind]);
  return near === null ? null : `did you mean "${near}"?`;
}
