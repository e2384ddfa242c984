import type { FailureCode } from "../core/failure.ts";

/** A text that identifies a kind of failure, and what to do about it. */
export interface Cause {
  pattern: RegExp;
  code: FailureCode;
  hint: string | null;
}

const daemon = {
  socket: "no docker daemon answers: mount /var/run/docker.sock into the step, or set DOCKER_HOST",
  address: "no docker daemon answers at DOCKER_HOST: check the address, or wait until the service there is up",
  other: "what answers at DOCKER_HOST is no docker daemon, or an unwell one: check the address and the port",
  lost: "the connection to the docker daemon broke off: its log says why, and whether it was restarted",
  certificates: "DOCKER_TLS_VERIFY asks for certificates: put ca.pem, cert.pem and key.pem where DOCKER_CERT_PATH says",
};

/** What Go says of an address that nobody answers at. */
const noAnswer = String.raw`(?:connect: connection refused|no such host|no route to host|network is unreachable|i/o timeout)`;

/**
 * The first match counts, so the more certain ones come first: the builder repeats the command that failed, which may
 * say anything at all. A text that only looks like a cause must not match: a wrong explanation is worse than none. The
 * texts are those of Docker Engine 20.10 to 28, buildx, the distribution registry, Docker Hub, GHCR and ECR.
 */
export const causes: readonly Cause[] = [
  {
    // BuildKit was too busy to begin with one of many targets in time, and what else is under way is cancelled with it.
    // Where we are stopped ourselves, that is said instead.
    pattern:
      /^ERROR: .*failed to receive status: rpc error: code = (?:\w+ desc = no such job \w+|Canceled desc = context canceled)$/m,
    code: "overloaded",
    hint: "the engine lost the build, as it does under load: let fewer builds run on this host at the same time",
  },
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
    pattern: /^(?:ERROR: |could not parse secrets: .*)?failed to stat (\S+): stat \1: no such file/m,
    code: "missing-file",
    hint: "the file of a secret is not there: see `secrets` in the config",
  },
  {
    pattern: /\bsecret \S+? not found/,
    code: "build-step",
    hint: "the Dockerfile wants a secret that the target does not give: see `secrets` in the config",
  },
  {
    pattern: /invalid empty ssh agent socket/,
    code: "missing-file",
    hint: "no SSH agent is running: set SSH_AUTH_SOCK, or give a key under `ssh`, as default=path",
  },
  {
    pattern: /(?:failed to convert agent config|could not parse ssh).*: stat \S+: no such file/,
    code: "missing-file",
    hint: "the key is not there: see `ssh` in the config",
  },
  {
    pattern: /no space left on device/,
    code: "no-space",
    hint: "the docker host's disk is full: make room on it while no build is running",
  },
  {
    pattern:
      /permission denied while trying to connect to the docker (?:daemon|API)|dial unix \S+: connect: permission denied/i,
    code: "daemon-down",
    hint: "this user may not use docker's socket: run the step as root, or as a member of the socket's group",
  },
  // Of `docker login`, which asks the registry by itself where it finds no daemon to ask: it knows no plain HTTP then.
  {
    pattern: /Error logging in to endpoint, trying next endpoint[^]*server gave HTTP response to HTTPS client/,
    code: "daemon-down",
    hint: daemon.socket,
  },
  {
    pattern: /unable to resolve docker endpoint: open \S+\.pem: no such file/,
    code: "daemon-down",
    hint: daemon.certificates,
  },
  {
    pattern: /^(?:.*: )?context "[^"]*"(?:: | )(?:context not found|does not exist)/m,
    code: "daemon-down",
    hint: "there is no such docker context here: check DOCKER_CONTEXT, or unset it",
  },
  {
    pattern: /docker endpoint for "[^"]*" not found/,
    code: "daemon-down",
    hint: "docker's settings lead to no daemon: check DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH",
  },
  {
    pattern:
      /unable to upgrade to h2c|error during connect: .*(?:malformed HTTP|HTTP request to an HTTPS server)|check if the server supports the requested API version/,
    code: "daemon-down",
    hint: daemon.other,
  },
  {
    pattern:
      /(?:error during connect|failed to dial gRPC): .*(?:x509: |tls: |server gave HTTP response to HTTPS client)/,
    code: "daemon-down",
    hint: "the docker daemon and DOCKER_TLS_VERIFY do not fit: check DOCKER_CERT_PATH, and that DOCKER_HOST has the port for TLS",
  },
  {
    pattern: new RegExp(
      String.raw`cannot connect to the Docker daemon at (?:tcp|http|https|ssh):|(?:error during connect|failed to dial gRPC): .*dial tcp\b.*${noAnswer}|error during connect: .*command \[ssh `,
      "i",
    ),
    code: "daemon-down",
    hint: daemon.address,
  },
  {
    pattern: /cannot connect to the Docker daemon|failed to connect to the docker API|dial unix \S+: connect: /i,
    code: "daemon-down",
    hint: daemon.socket,
  },
  {
    pattern: /error during connect: |failed to dial gRPC: |error reading from server: EOF/,
    code: "daemon-down",
    hint: daemon.lost,
  },
  {
    pattern:
      /'buildx' is not a docker command|unknown command: docker buildx|unknown shorthand flag: '\w' in -\w|unknown flag: --prefer-index|buildx component is missing or broken/,
    code: "no-buildx",
    hint: "the docker CLI has no buildx: install docker-cli-buildx (Alpine) or docker-buildx-plugin (Debian, Ubuntu)",
  },
  {
    pattern: /no builder "[^"]*" found/,
    code: "no-builder",
    hint: "there is neither a builder nor a docker context of that name: check BUILDX_BUILDER and DOCKER_CONTEXT, or unset them",
  },
  {
    pattern:
      /Multi-platform build is not supported|does not currently support exporting manifest lists|platform specifier component must match/i,
    code: "no-platform",
    hint: "several platforms in one image need buildx and the engine's containerd image store: turn it on, or name one platform",
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
    pattern: /failed to read dockerfile: open \S+: no such file/,
    code: "bad-dockerfile",
    hint: "there is no such Dockerfile: see `dockerfile` in the config, whose paths are relative to the config file",
  },
  {
    pattern:
      /dockerfile parse error|failed to read dockerfile|dockerfile.* cannot be empty|failed to parse (?:stage name|platform)|circular dependency detected/i,
    code: "bad-dockerfile",
    hint: null,
  },
  {
    pattern: /unable to prepare context: path \S+ not found/,
    code: "missing-file",
    hint: "the build context is no folder that is there: see `context` in the config, whose paths are relative to the config file",
  },
  {
    pattern: /failed to get build context \S+: stat /,
    code: "missing-file",
    hint: "a folder that is a named context is not there: see `contexts` in the config",
  },
  {
    pattern: /failed to calculate checksum of ref|"\/[^"]*":? not found/,
    code: "missing-file",
    hint: "it is not in the build context, or .dockerignore leaves it out",
  },
  {
    // Two builds that give an image the same name at once, where containerd keeps the images.
    pattern: /image "[^"]+": already exists/,
    code: "transient",
    hint: null,
  },
  {
    // Two pushes of the same layers at once: the one ends before what the other is sending can be seen.
    pattern: /blob unknown to registry/,
    code: "transient",
    hint: null,
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
    pattern: /no basic auth credentials|failed to fetch anonymous token\b.*: 40[13]\b/,
    code: "unauthorized",
    hint: "the registry wants a login and there is none for it: give it under `registries` in the config",
  },
  {
    pattern:
      /incorrect username or password|failed to fetch oauth token\b.*: (?:40[13]\b|unauthorized)|failed with status: 401\b|cannot be authenticated with the token/,
    code: "unauthorized",
    hint: "the registry rejects these credentials: check the user name and password",
  },
  {
    pattern: /pull access denied/,
    code: "missing-image",
    hint: "there is no such image, or seeing it takes a login: check its name and the credentials",
  },
  {
    // What only a write is answered with. A read that the daemon makes is `Error response from daemon: denied`.
    pattern:
      /push access denied|permission_denied|access forbidden|^(?:(?:ERROR|unknown|failed to (?:build|solve|push [^\s]+)): )*denied\b/m,
    code: "unauthorized",
    hint: "the registry did not let this user write there: check the credentials and the repository's name",
  },
  {
    pattern: /(?<!permission )\bdenied\b|\b403 Forbidden|HTTP 403 response|failed with status: 403\b/,
    code: "unauthorized",
    hint: "the registry does not allow that to this user, or not without a login: check the credentials and the image's name",
  },
  {
    pattern:
      /\b401 Unauthorized|unauthorized|authentication required|authorization failed|insufficient_scope|did not include a token/i,
    code: "unauthorized",
    hint: "the registry wants a login, or another one: check what `registries` in the config gives it",
  },
  {
    // Only what is written needs room; docker's own words for it do not say what was asked.
    pattern: /received unexpected HTTP status: 500\b|(?:POST|PUT|PATCH) request to \S+: 500\b/i,
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
    pattern: /x509: (?:cannot validate certificate for|certificate is (?:valid for|not valid)|certificate has expired)/,
    code: "registry-down",
    hint: "the registry's certificate is not for this name, or not for today",
  },
  {
    pattern: /x509: certificate signed by unknown authority/,
    code: "registry-down",
    hint: "the docker daemon does not trust the registry's certificate: put its CA into /etc/docker/certs.d/<registry>/ca.crt",
  },
  { pattern: /x509: /, code: "registry-down", hint: null },
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
    pattern: /name unknown|repository name not known to registry/i,
    code: "missing-image",
    hint: "the registry has no such repository: check its name, and create it if the registry makes none by itself",
  },
  {
    pattern: /manifest unknown|does not exist locally|tag does not exist|no such image|\S[:@]\S+: not found$/im,
    code: "missing-image",
    hint: "there is no such image: check its name and tag",
  },
];

/** What the kernel says, as the last line of a command that failed, of a program that is for another kind of processor. */
export const noProgram = {
  pattern: /^exec \S+: exec format error$/,
  hint: "that program is for another platform than the host's, or is none: build on such a host, or install emulators (QEMU, binfmt)",
};
