import { describe, expect, test } from "vitest";
import { causes } from "../../../src/progress/causes.ts";
import type { FailureCode } from "../../../src/core/failure.ts";
import { classifyFailure } from "../../../src/progress/classify.ts";
import { playBake, playBuild } from "./recording.ts";

describe("recorded builds", () => {
  test.each<[string, FailureCode]>([
    ["modern-fail.jsonl", "build-step"],
    ["modern-plain-fail.txt", "build-step"],
    ["modern-two-failures.jsonl", "build-step"],
    ["containerd-secret.jsonl", "build-step"],
    ["containerd-copy.jsonl", "missing-file"],
    ["modern-missing.jsonl", "missing-image"],
    ["modern-stage.jsonl", "missing-stage"],
    ["modern-syntax.jsonl", "bad-dockerfile"],
    ["modern-push-down.jsonl", "registry-down"],
    ["modern-push-401.jsonl", "unauthorized"],
    ["containerd-push-401.jsonl", "unauthorized"],
    ["modern-push-429.jsonl", "transient"],
    ["containerd-push-503.jsonl", "transient"],
    ["modern-daemon-down.jsonl", "daemon-down"],
    ["modern-no-buildx.jsonl", "no-buildx"],
    ["modern-sigint.jsonl", "cancelled"],
  ])("%s is %s, by what the builder said and by each failure alone", (file, code) => {
    const { failures, messages } = playBake(file, "base", "app1", "app2");
    expect(classifyFailure(messages.join("\n")).code).toBe(code);
    expect(failures.map(({ message }) => classifyFailure(message).code)).toEqual(failures.map(() => code));
  });

  test.each<[string, FailureCode]>([
    ["legacy-fail.txt", "build-step"],
    ["legacy-secret.txt", "build-step"],
    ["legacy-copy.txt", "missing-file"],
    ["legacy-missing.txt", "missing-image"],
    ["legacy-stage.txt", "missing-stage"],
    ["legacy-syntax.txt", "bad-dockerfile"],
    ["legacy-daemon-down.txt", "daemon-down"],
    ["legacy-no-buildx.txt", "no-buildx"],
    ["legacy-sigint.txt", "cancelled"],
  ])("%s is %s", (file, code) => {
    const { failures, messages } = playBuild(file, "app1");
    expect(classifyFailure(messages.join("\n")).code).toBe(code);
    expect(failures.map(({ message }) => classifyFailure(message).code)).toEqual([code]);
  });
});

const blob = "http://localhost:5000/v2/p/a/blobs/sha256:ec80cd55236c";

describe("what engines and registries say", () => {
  test.each<[FailureCode, string]>([
    // Docker 20.10 and 28, the classic and the containerd image store, buildx 0.29: recorded.
    ["unauthorized", "no basic auth credentials"],
    ["unauthorized", "denied"],
    ["unauthorized", `unknown: unexpected status from HEAD request to ${blob}: 403 Forbidden`],
    [
      "unauthorized",
      'Error response from daemon: Head "http://localhost:5401/v2/p/a/manifests/1": no basic auth credentials',
    ],
    [
      "unauthorized",
      "Error response from daemon: login attempt to http://localhost:5401/v2/ failed with status: 401 Unauthorized",
    ],
    [
      "unauthorized",
      "push access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
    ],
    [
      "unauthorized",
      'failed to resolve reference "a.com/b:1": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
    ],
    ["transient", "toomanyrequests: Too Many Requests"],
    ["transient", 'failed to solve: image "a.com/b:1": already exists'],
    ["transient", "blob unknown to registry - sha256:356c11b66d9c"],
    ["transient", "manifest blob unknown: blob unknown to registry"],
    ["transient", 'Put "http://a.com/v2/b": write tcp 127.0.0.1:1->127.0.0.1:2: use of closed network connection'],
    ["transient", 'error parsing HTTP 429 response body: unexpected end of JSON input: ""'],
    ["transient", "error parsing HTTP 502 response body: invalid character '<' looking for beginning of value"],
    ["transient", `unknown: unexpected status from HEAD request to ${blob}: 429 Too Many Requests`],
    ["transient", "received unexpected HTTP status: 500 Internal Server Error"],
    ["transient", "received unexpected HTTP status: 503 Service Unavailable"],
    ["registry-down", 'Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'],
    [
      "registry-down",
      'Get "https://nosuch.invalid/v2/": dial tcp: lookup nosuch.invalid on 192.0.2.53:53: no such host',
    ],
    [
      "missing-image",
      "Error response from daemon: manifest for a.com/b:1 not found: manifest unknown: manifest unknown",
    ],
    ["missing-image", 'Error response from daemon: failed to resolve reference "a.com/b:1": a.com/b:1: not found'],
    ["missing-image", "An image does not exist locally with the tag: localhost:5000/p/nosuch"],
    ["missing-image", "tag does not exist: localhost:5000/p/nosuch:1"],
    ["missing-image", "ERROR: localhost:5000/progress/base:nosuch: not found"],
    ["no-buildx", "docker: 'buildx' is not a docker command.\nSee 'docker --help'"],
    ["no-buildx", "docker: unknown command: docker buildx\n\nRun 'docker --help' for more information"],
    ["no-buildx", "unknown shorthand flag: 't' in -t\nSee 'docker --help'."],
    [
      "daemon-down",
      "failed to dial gRPC: cannot connect to the Docker daemon. Is 'docker daemon' running on this host?: dial tcp 127.0.0.1:1: connect: connection refused",
    ],
    [
      "daemon-down",
      'ERROR: error during connect: Head "http://nosuchhost:2375/_ping": dial tcp: lookup nosuchhost on 192.0.2.53:53: no such host',
    ],
    [
      "daemon-down",
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied",
    ],
    ["missing-file", 'ERROR: unable to prepare context: path "nosuchdir" not found'],
    [
      "bad-dockerfile",
      "ERROR: target base: failed to solve: failed to read dockerfile: open nosuch.Dockerfile: no such file or directory",
    ],
    [
      "unknown",
      'docker: Error response from daemon: unable to start container process: exec: "/nosuch": stat /nosuch: no such file or directory',
    ],
    // Docker Hub
    [
      "transient",
      "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    ],
    ["unauthorized", "denied: requested access to the resource is denied"],
    [
      "unauthorized",
      'Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password',
    ],
    [
      "missing-image",
      "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    [
      "missing-image",
      "docker.io/library/nosuch:latest: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
    ],
    // GHCR
    ["unauthorized", "ERROR: denied: permission_denied: write_package"],
    ["unauthorized", "denied: installation not allowed to Create organization package"],
    ["unauthorized", "unauthorized: unauthenticated: User cannot be authenticated with the token provided."],
    ["unauthorized", "failed to solve: unexpected status: 403 Forbidden"],
    ["unauthorized", "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized"],
    // ECR
    ["unauthorized", "denied: Your authorization token has expired. Reauthenticate and try again."],
    [
      "missing-image",
      "name unknown: The repository with name 'app1' does not exist in the registry with id '123456789012'",
    ],
    // Networks and disks
    ["transient", 'Put "https://a.com/v2/": read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer'],
    ["transient", 'Get "https://a.com/v2/": net/http: TLS handshake timeout'],
    [
      "transient",
      'Get "https://a.com/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    ],
    ["transient", "error parsing HTTP 502 response: unexpected status: 502 Bad Gateway"],
    ["transient", "failed to copy: unexpected EOF"],
    ["registry-down", 'Get "https://a.com/v2/": http: server gave HTTP response to HTTPS client'],
    ["registry-down", 'Get "https://a.com/v2/": x509: certificate signed by unknown authority'],
    ["daemon-down", "failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF"],
    [
      "no-space",
      "failed to solve: ResourceExhausted: failed to read dockerfile: failed to create temp dir: mkdir /var/lib/docker/tmp/buildkit-mount1: no space left on device",
    ],
    ["bad-dockerfile", "failed to solve: base name (${BASE_IMAGE}) should not be blank"],
    ["no-docker", "/bin/sh: docker: not found"],
    ["unknown", ""],
  ])("%s: %s", (code, text) => {
    expect(classifyFailure(text).code).toBe(code);
  });
});

describe("what must not be taken for something else", () => {
  test.each<[FailureCode, string]>([
    [
      "build-step",
      'process "/bin/sh -c curl a.com || echo 429 Too Many Requests: unauthorized" did not complete successfully: exit code: 22',
    ],
    [
      "build-step",
      'process "/bin/sh -c df || echo no space left on device" did not complete successfully: exit code: 1',
    ],
    ["unauthorized", "failed to push a.com/app:master-860c1904a1ce-429: unexpected status: 401 Unauthorized"],
    ["registry-down", "failed to push a.com/app:master-860c1904a1ce-503: dial tcp: connect: connection refused"],
    [
      "cancelled",
      'process "/bin/sh -c sleep 9" did not complete successfully: exit code: 137: context canceled: context canceled',
    ],
  ])("%s: %s", (code, text) => {
    expect(classifyFailure(text).code).toBe(code);
  });

  test("a killed command is told to be out of memory, not a plain exit code", () => {
    const killed = 'process "/bin/sh -c make" did not complete successfully: exit code: 137';
    expect(classifyFailure(killed).hint).toContain("memory");
    expect(classifyFailure(killed.replace("137", "1")).hint).toBeNull();
  });
});

test("every hint is one line without an end", () => {
  for (const { hint } of causes) expect(hint ?? "").not.toMatch(/\n|\.$/);
});

test("a text of any length is classified by its ends", () => {
  const noise = "dockerfile base name (".repeat(100_000);
  expect(classifyFailure(`${noise}\nno space left on device`).code).toBe("no-space");
  expect(classifyFailure(`no space left on device\n${noise}`).code).toBe("no-space");
  expect(classifyFailure(noise).code).toBe("unknown");
});
