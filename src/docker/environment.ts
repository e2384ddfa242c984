import { type Environment, pick } from "../ci/environment.ts";

/**
 * What docker and its plugins need of the environment. It is never handed on whole: CI keeps secrets in it, and a
 * builder's client may forward what it finds.
 */
const passed = [
  "PATH",
  "HOME",
  "USER",
  "TMPDIR",
  "LANG",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "SSH_AUTH_SOCK",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "DOCKER_*",
  "BUILDX_*",
  "BUILDKIT_*",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "all_proxy",
  // Windows
  "SystemRoot",
  "ProgramData",
  "ProgramFiles",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
  "TEMP",
  "TMP",
  "PATHEXT",
];

/** The environment of a docker process: docker's own variables and the ones named. */
export function dockerEnvironment(env: Environment, names: readonly string[]): Record<string, string> {
  const result = pick(env, [...passed, ...names]);
  // plugins/docker's secrets are often DOCKER_PASSWORD; docker itself has no use for them.
  for (const name of ["DOCKER_USERNAME", "DOCKER_PASSWORD"]) if (!names.includes(name)) delete result[name];
  return {
    ...result,
    DOCKER_BUILDKIT: "1",
    DOCKER_CLI_HINTS: "false",
    DOCKER_SCAN_SUGGEST: "false",
  };
}
