import type { FailureCode } from "../../../src/core/failure.ts";

const llb = "failed to solve with frontend dockerfile.v0: failed to create LLB definition";
const grpc = "failed to dial gRPC: cannot connect to the Docker daemon. Is 'docker daemon' running on this host?";

/** A cause, its code, a part of its hint, and what docker 28, with the classic or the containerd image store, and 20.10 print. */
export type Recorded = [cause: string, code: FailureCode, hint: string | null, texts: string[]];

/** What is wrong with docker, with the build, or with what it is given. */
export const ofBuilds: Recorded[] = [
  [
    "no socket",
    "daemon-down",
    "mount /var/run/docker.sock",
    [
      "ERROR: Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock. Is the docker daemon running?",
      `${grpc}: dial unix /nonexistent/docker.sock: connect: no such file or directory`,
      // docker login, of a registry that speaks plain HTTP
      'time="2026-11-28T02:56:37Z" level=info msg="Error logging in to endpoint, trying next endpoint" endpoint="{https://localhost:5000 0x9c32}" error="Get \\"https://localhost:5000/v2/\\": http: server gave HTTP response to HTTPS client"\nGet "https://localhost:5000/v2/": http: server gave HTTP response to HTTPS client',
    ],
  ],
  [
    "no right to use the socket",
    "daemon-down",
    "this user may not use docker's socket",
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.51/images/x/json": dial unix /var/run/docker.sock: connect: permission denied',
      `${grpc}: dial unix /var/run/docker.sock: connect: permission denied`,
    ],
  ],
  [
    "a DOCKER_HOST where nobody answers",
    "daemon-down",
    "no docker daemon answers at DOCKER_HOST",
    [
      "ERROR: Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?",
      'ERROR: error during connect: Head "http://nosuch.invalid:2375/_ping": dial tcp: lookup nosuch.invalid on 192.0.2.53:53: no such host',
      `${grpc}: dial tcp 127.0.0.1:1: connect: connection refused`,
      `${grpc}: dial tcp: lookup nonsense on 192.0.2.53:53: no such host`,
      'error during connect: Get "http://docker.example.com/v1.51/images/x/json": command [ssh -l nosuch -o ConnectTimeout=30 -T -- 127.0.0.1 docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=ssh: connect to host 127.0.0.1 port 22: Connection refused',
    ],
  ],
  [
    "a DOCKER_HOST where something else answers",
    "daemon-down",
    "is no docker daemon",
    [
      "failed to dial gRPC: unable to upgrade to h2c, received 404",
      "ERROR: request returned 500 Internal Server Error for API route and version http://192.0.2.2:5603/_ping, check if the server supports the requested API version",
    ],
  ],
  [
    "a daemon that goes away",
    "daemon-down",
    "the connection to the docker daemon broke off",
    [
      'ERROR: error during connect: Head "http://127.0.0.1:5701/_ping": EOF',
      'error during connect: Post "http://127.0.0.1:5701/v1.51/images/x/push?tag=latest": readfrom tcp 127.0.0.1:1->127.0.0.1:2: write tcp 127.0.0.1:1->127.0.0.1:2: use of closed network connection',
      "failed to dial gRPC: unexpected EOF",
      "failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
    ],
  ],
  [
    "TLS without certificates",
    "daemon-down",
    "DOCKER_CERT_PATH",
    [
      "Failed to initialize: unable to resolve docker endpoint: open /root/.docker/ca.pem: no such file or directory",
      'ERROR: docker endpoint for "default" not found',
    ],
  ],
  [
    "TLS that does not fit the daemon",
    "daemon-down",
    "DOCKER_TLS_VERIFY do not fit",
    [
      'ERROR: error during connect: Head "https://192.0.2.2:2376/_ping": tls: failed to verify certificate: x509: cannot validate certificate for 192.0.2.2 because it doesn\'t contain any IP SANs',
      'ERROR: error during connect: Head "https://192.0.2.2:2375/_ping": http: server gave HTTP response to HTTPS client',
      `${grpc}: tls: first record does not look like a TLS handshake`,
    ],
  ],
  [
    "DOCKER_CONTEXT=foo",
    "daemon-down",
    "DOCKER_CONTEXT",
    [
      'Failed to initialize: unable to resolve docker endpoint: context "foo": context not found: open /root/.docker/contexts/meta/2c26/meta.json: no such file or directory',
      'unable to resolve docker endpoint: context "foo" does not exist',
    ],
  ],
  ["the same, or BUILDX_BUILDER, by bake", "no-builder", "DOCKER_CONTEXT", ['ERROR: no builder "foo" found']],
  [
    "no buildx",
    "no-buildx",
    "has no buildx",
    [
      "docker: 'buildx' is not a docker command.\nSee 'docker --help'",
      "docker: unknown command: docker buildx\n\nRun 'docker --help' for more information",
    ],
  ],
  [
    "two platforms on the classic store, or without buildx",
    "no-platform",
    "containerd image store",
    [
      "ERROR: Multi-platform build is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.",
      "ERROR: docker exporter does not currently support exporting manifest lists",
      'Error response from daemon: "amd64,linux" is an invalid component of "linux/amd64,linux/arm64": platform specifier component must match "^[A-Za-z0-9_-]+$": invalid argument',
    ],
  ],
  [
    "a build that the engine lost under load",
    "overloaded",
    "let fewer builds run",
    [
      "ERROR: target app17: failed to receive status: rpc error: code = Unknown desc = no such job kqz3n1",
      "ERROR: target app161: failed to receive status: rpc error: code = NotFound desc = no such job jhmyilah40qsnciq8xkpk3vtr",
      "ERROR: target app3: failed to receive status: rpc error: code = Canceled desc = context canceled",
      "ERROR: failed to build: failed to receive status: rpc error: code = NotFound desc = no such job jhmyilah40qsnciq8xkpk3vtr",
    ],
  ],
  ["a build that was stopped", "cancelled", null, ["ERROR: failed to build: context canceled"]],
  [
    "no build context",
    "missing-file",
    "see `context`",
    [
      'ERROR: unable to prepare context: path "nosuchdir" not found',
      'unable to prepare context: path "nosuchdir" not found',
    ],
  ],
  [
    "no named context",
    "missing-file",
    "see `contexts`",
    ["ERROR: failed to get build context tools: stat tools: no such file or directory"],
  ],
  [
    "no Dockerfile",
    "bad-dockerfile",
    "see `dockerfile`",
    [
      "ERROR: failed to solve: failed to read dockerfile: open nosuch.Dockerfile: no such file or directory",
      "failed to solve with frontend dockerfile.v0: failed to read dockerfile: open /var/lib/docker/tmp/buildkit-mount1/nosuch.Dockerfile: no such file or directory",
    ],
  ],
  [
    "no file of a secret",
    "missing-file",
    "see `secrets`",
    [
      "ERROR: failed to stat nosuchfile: stat nosuchfile: no such file or directory",
      "could not parse secrets: [id=npm,src=nosuchfile]: failed to stat nosuchfile: stat nosuchfile: no such file or directory",
    ],
  ],
  [
    "no SSH agent",
    "missing-file",
    "SSH_AUTH_SOCK",
    [
      "ERROR: failed to convert agent config {default [] false}: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set",
      "could not parse ssh: [default]: invalid empty ssh agent socket, make sure SSH_AUTH_SOCK is set",
    ],
  ],
  [
    "no SSH key",
    "missing-file",
    "see `ssh`",
    [
      'ERROR: failed to convert agent config {default [/nosuch/key] false}: failed to convert agent config for ID: "default": stat /nosuch/key: no such file or directory',
      "could not parse ssh: [default=/nosuch/key]: stat /nosuch/key: no such file or directory",
    ],
  ],
  [
    "no such stage",
    "missing-stage",
    "no such stage",
    [
      'ERROR: failed to solve: target stage "nosuch" could not be found',
      `${llb}: target stage nosuch could not be found`,
    ],
  ],
];
