import type { Recorded } from "./said-of-builds.ts";

const from = "ERROR: failed to solve: x.io/x/y:1: failed to resolve source metadata for x.io/x/y:1";
const llb = "failed to solve with frontend dockerfile.v0: failed to create LLB definition";
const url = "http://x.io/v2/x/y/manifests/1";

/** What is wrong with a registry, or between it and docker. */
export const ofRegistries: Recorded[] = [
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
