import type { FailureCode } from "../core/failure.ts";

/** A text that identifies a kind of failure, and what to do about it. */
export interface Cause {
  pattern: RegExp;
  code: FailureCode;
  hint: string | null;
}

/**
 * The first match counts, so the more certain ones come first: the builder repeats the command that failed, which may
 * say anything at all. The texts are those of Docker Engine 20.10 to 28, buildx, the distribution registry,
 * Docker Hub, GHCR and ECR.
 */
export const causes: readonly Cause[] = [
  { pattern: /context canceled$|code = Canceled|operation was canceled/m, code: "cancelled", hint: null },
  {
    pattern: /exit code:? 137\b/,
    code: "build-step",
    hint: "the command was killed, most often because the host ran out of memory",
  },
  {
    pattern: /did not complete successfully: exit code|executor failed running|^exit code \d+$/m,
    code: "build-step",
    hint: null,
  },
  {
    pattern: /\bsecret \S+? not found/,
    code: "build-step",
    hint: "the Dockerfile wants a secret that the target does not give: see `secrets` in the config",
  },
  {
    pattern: /no space left on device/,
    code: "no-space",
    hint: "the docker host's disk is full: make room on it while no build is running",
  },
  {
    pattern: /permission denied while trying to connect to the docker (?:daemon|API)/i,
    code: "daemon-down",
    hint: "this user may not use docker's socket: run the step as root, or as a member of the socket's group",
  },
  {
    pattern:
      /cannot connect to the Docker daemon|failed to connect to the docker API|error during connect|dial unix \S*docker\.sock|error reading from server: EOF/i,
    code: "daemon-down",
    hint: "no docker daemon answers: mount /var/run/docker.sock into the step, or set DOCKER_HOST",
  },
  {
    pattern:
      /'buildx' is not a docker command|unknown command: docker buildx|unknown shorthand flag: '\w' in -\w|buildx component is missing or broken/,
    code: "no-buildx",
    hint: "the docker CLI has no buildx: install docker-cli-buildx (Alpine) or docker-buildx-plugin (Debian, Ubuntu)",
  },
  {
    pattern: /docker: (?:command )?not found|spawn docker ENOENT|"docker": executable file not found/,
    code: "no-docker",
    hint: "the step's image has no docker CLI: install docker-cli and docker-cli-buildx",
  },
  {
    pattern: /target stage \S+ could not be found/,
    code: "missing-stage",
    hint: "the Dockerfile has no such stage: name one with `FROM … AS`, or set the target's `target`",
  },
  {
    pattern: /base name \(.*\) should not be blank/,
    code: "bad-dockerfile",
    hint: "FROM uses an ARG without a value: give it one under `args`",
  },
  {
    pattern:
      /dockerfile parse error|failed to read dockerfile|dockerfile.* cannot be empty|failed to parse (?:stage name|platform)|circular dependency detected/i,
    code: "bad-dockerfile",
    hint: null,
  },
  {
    pattern: /failed to calculate checksum of ref|"\/[^"]*":? not found|unable to prepare context/,
    code: "missing-file",
    hint: "it is not in the build context, or .dockerignore leaves it out",
  },
  {
    pattern: /reached your (?:unauthenticated )?pull rate limit/,
    code: "transient",
    hint: "Docker Hub's pull limit is reached: log in to docker.io, or use a mirror",
  },
  {
    pattern: /authorization token has expired/i,
    code: "unauthorized",
    hint: "the registry's password has expired (ECR's last for 12 hours): get a new one in the pipeline",
  },
  {
    pattern: /no basic auth credentials/,
    code: "unauthorized",
    hint: "the registry wants a login and there is none for it: give it under `registries` in the config",
  },
  {
    pattern: /pull access denied/,
    code: "missing-image",
    hint: "there is no such image, or seeing it takes a login: check its name and the credentials",
  },
  {
    pattern: /push access denied|permission_denied|access forbidden|^(?:.*: )?denied\b/m,
    code: "unauthorized",
    hint: "the registry did not let this user write there: check the credentials and the repository's name",
  },
  {
    pattern:
      /unauthorized|authentication required|authorization failed|insufficient_scope|incorrect username or password|\b403 Forbidden|access denied/i,
    code: "unauthorized",
    hint: "the registry rejects these credentials: check the user name and password",
  },
  {
    pattern: /\b500 Internal Server Error|status(?: code)?:? 500\b/i,
    code: "transient",
    hint: "the registry is broken, or full: its own log says which",
  },
  {
    pattern:
      /too ?many ?requests|\b5\d\d (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)|status(?: code)?:? 5\d\d\b|error parsing HTTP (?:429|5\d\d) response|connection reset|connection timed out|use of closed network connection|server closed idle connection|broken pipe|TLS handshake timeout|i\/o timeout|Client\.Timeout|deadline exceeded|\bEOF$|temporary failure|server misbehaving|GOAWAY|stream error/im,
    code: "transient",
    hint: null,
  },
  {
    pattern: /server gave HTTP response to HTTPS client/,
    code: "registry-down",
    hint: "the registry speaks plain HTTP: list it under `insecure-registries` in the docker daemon's configuration",
  },
  {
    pattern: /x509: /,
    code: "registry-down",
    hint: "the docker daemon does not trust the registry's certificate: put its CA into /etc/docker/certs.d/<registry>/ca.crt",
  },
  {
    pattern: /connection refused|no such host|no route to host|network is unreachable/,
    code: "registry-down",
    hint: "the docker host cannot reach the registry: check its name and the network",
  },
  {
    pattern: /name unknown: the repository with name/i,
    code: "missing-image",
    hint: "ECR does not create repositories by itself: create this one first",
  },
  {
    pattern: /manifest unknown|name unknown|does not exist locally|tag does not exist|no such image|: not found$/im,
    code: "missing-image",
    hint: "there is no such image: check its name and tag",
  },
];
