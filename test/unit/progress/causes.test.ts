import { describe, expect, test } from "vitest";
import type { FailureCode } from "../../../src/core/failure.ts";
import { classifyFailure } from "../../../src/progress/classify.ts";

const from = "ERROR: failed to solve: x.io/x/y:1: failed to resolve source metadata for x.io/x/y:1";
const llb = "failed to solve with frontend dockerfile.v0: failed to create LLB definition";
const grpc = "failed to dial gRPC: cannot connect to the Docker daemon. Is 'docker daemon' running on this host?";
const url = "http://x.io/v2/x/y/manifests/1";

/**
 * What docker 28 (with the classic and the containerd image store) and 20.10 print, as recorded: for each cause the
 * code, a part of the hint, and the texts.
 */
const recorded: [cause: string, code: FailureCode, hint: string | null, texts: string[]][] = [
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
    "transient",
    "build fewer of them",
    ["ERROR: target app17: failed to receive status: rpc error: code = Unknown desc = no such job kqz3n1"],
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
  [
    "no login where one is wanted",
    "unauthorized",
    "there is none for it",
    [
      'Error response from daemon: Head "http://x.io/v2/x/y/manifests/1": no basic auth credentials',
      "no basic auth credentials",
      "push access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
      "ERROR: failed to solve: failed to fetch anonymous token: unexpected status from GET request to http://x.io/token?scope=repository%3Ax%2Fy%3Apull&service=s: 401 Unauthorized",
      `${llb}: failed to authorize: rpc error: code = Unknown desc = failed to fetch anonymous token: unexpected status: 401 Unauthorized`,
    ],
  ],
  [
    "a login that is refused",
    "unauthorized",
    "rejects these credentials",
    [
      'Error response from daemon: Get "http://x.io/v2/": unauthorized: incorrect username or password',
      "Error response from daemon: login attempt to http://x.io/v2/ failed with status: 401 Unauthorized",
      "ERROR: failed to solve: failed to fetch oauth token: unauthorized: incorrect username or password",
      "ERROR: failed to authorize: failed to fetch oauth token: unexpected status from GET request to http://x.io/token?scope=repository%3Ax%2Fy%3Apull&service=s: 401 Unauthorized",
      "error from registry: incorrect username or password",
    ],
  ],
  [
    "a read that wants a login, or another one: which is not told",
    "unauthorized",
    "wants a login, or another one",
    [
      `${from}: unexpected status from HEAD request to ${url}: 401 Unauthorized`,
      `ERROR: unexpected status from HEAD request to ${url}: 401 Unauthorized`,
      `${llb}: pulling from host x.io failed with status code [manifests 1]: 401 Unauthorized`,
      "Error response from daemon: unauthorized",
      "failed to authorize: failed to fetch oauth token: authorization server did not include a token in the response",
    ],
  ],
  [
    "a read that is refused",
    "unauthorized",
    "not without a login",
    [
      "Error response from daemon: denied",
      `${from}: unexpected status from HEAD request to ${url}: 403 Forbidden`,
      `${llb}: pulling from host x.io failed with status code [manifests 1]: 403 Forbidden`,
      "error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: \"<html>proxy</html>\"",
    ],
  ],
  [
    "a write that is refused",
    "unauthorized",
    "did not let this user write",
    [
      "denied: requested access to the resource is denied",
      "ERROR: failed to build: denied: requested access to the resource is denied",
      "ERROR: failed to solve: failed to push x.io/x/y:3: push access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
    ],
  ],
  [
    "an image that is not there, or not for everybody",
    "missing-image",
    "or seeing it takes a login",
    [
      `${from}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
      "Error response from daemon: pull access denied for x.io/x/y, repository does not exist or may require 'docker login'",
    ],
  ],
  [
    "a registry that is busy or unwell",
    "transient",
    null,
    [
      `${from}: unexpected status from HEAD request to ${url}: 500 Internal Server Error`,
      `${from}: unexpected status from HEAD request to ${url}: 429 Too Many Requests`,
      "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable",
      "toomanyrequests: slow down",
      `${llb}: pulling from host x.io failed with status code [manifests 1]: 503 Service Unavailable`,
    ],
  ],
  [
    "no such repository",
    "missing-image",
    "no such repository",
    [
      "Error response from daemon: name unknown",
      "error from registry: repository name not known to registry",
      "ERROR: failed to solve: failed to push x.io/x/y:3: unknown: repository name not known to registry",
    ],
  ],
  [
    "no such image",
    "missing-image",
    "there is no such image",
    [
      "Error response from daemon: manifest unknown",
      "error from registry: manifest unknown",
      `${from}: x.io/x/y:1: not found`,
      `${llb}: x.io/x/y:1: not found`,
      "Error: No such image: x",
    ],
  ],
  [
    "a registry that speaks plain HTTP",
    "registry-down",
    "insecure-registries",
    [
      'Error response from daemon: Get "https://192.0.2.2:5603/v2/": http: server gave HTTP response to HTTPS client',
      `${from}: failed to do request: Head "https://192.0.2.2:5603/v2/x/y/manifests/1": http: server gave HTTP response to HTTPS client`,
    ],
  ],
  [
    "a certificate that nobody knows",
    "registry-down",
    "/etc/docker/certs.d",
    ['Get "https://a.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority'],
  ],
  [
    "a certificate for another name",
    "registry-down",
    "not for this name",
    [
      'Error response from daemon: Get "https://192.0.2.2:5700/v2/": x509: cannot validate certificate for 192.0.2.2 because it doesn\'t contain any IP SANs',
    ],
  ],
  [
    "no registry",
    "registry-down",
    "cannot reach the registry",
    [
      'Error response from daemon: Get "http://127.0.0.1:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused',
      `${from}: failed to do request: Head "https://nosuch.invalid/v2/x/y/manifests/1": dial tcp: lookup nosuch.invalid on 192.0.2.53:53: no such host`,
    ],
  ],
  [
    "what looks like one of these, and is none",
    "unknown",
    null,
    [
      "ERROR: error from sender: open secret: permission denied",
      "sh: git: not found",
      "ERROR: failed to stat a: stat b: no such file or directory",
      'context "foo" is in use',
      "something else altogether",
    ],
  ],
];

describe.each(recorded)("%s", (_, code, hint, texts) => {
  test.each(texts)(`is ${code}: %s`, (text) => {
    const found = classifyFailure(text);
    expect(found).toEqual({ code, hint: hint === null ? null : expect.stringContaining(hint) });
  });
});

test("a program for another platform is told by the last line of the step's log", () => {
  const failed = 'process "/bin/sh -c true" did not complete successfully: exit code: 1';
  const told = (...log: string[]) => classifyFailure(failed, log);
  expect(told("exec /bin/sh: exec format error").hint).toContain("another platform");
  expect(told("exec /bin/sh: exec format error", "and more").hint).toBeNull();
  expect(told().hint).toBeNull();
  expect(classifyFailure("", ["exec /bin/sh: exec format error"])).toEqual({ code: "unknown", hint: null });
});
