import { describe, expect, it } from "vitest";
import { unreachable } from "../../../src/builders/faults.ts";
import { parseBuilder } from "../../../src/builders/inspect.ts";

/** As buildx 0.29 prints it. */
const remote = `Name:          farm1
Driver:        remote
Last Activity: 2026-11-28 10:21:07 +0000 UTC

Nodes:
Name:             farm10
Endpoint:         tcp://a:1234
Status:           running
BuildKit version: v0.26.3
Platforms:        linux/amd64*, linux/amd64/v2, linux/386
Labels:
 org.mobyproject.buildkit.worker.executor: oci
GC Policy rule#0:
 All:            false
 Filters:        type==source.local,type==exec.cachemount,type==source.git.checkout

Name:             farm11
Endpoint:         tcp://b:1234
Status:           running
Platforms:        linux/arm64
`;

const down = (driver: string, status: string, error = "") =>
  `Name: f\nDriver: ${driver}\n\nNodes:\nName: f0\nEndpoint: tcp://a:1234\n${error}Status: ${status}\n`;

describe("what buildx tells of a builder", () => {
  it("is its driver, and each node's state and platforms", () => {
    expect(parseBuilder(remote)).toEqual({
      name: "farm1",
      driver: "remote",
      nodes: [
        {
          endpoint: "tcp://a:1234",
          status: "running",
          error: null,
          platforms: ["linux/amd64", "linux/amd64/v2", "linux/386"],
        },
        { endpoint: "tcp://b:1234", status: "running", error: null, platforms: ["linux/arm64"] },
      ],
    });
  });

  it.each([
    ["a remote one that runs", remote, null],
    ["a container that buildx starts by itself", down("docker-container", "inactive"), null],
    ["a deployment that buildx makes by itself", down("kubernetes", "inactive"), null],
    [
      "a remote one that does not answer",
      down("remote", "inactive"),
      "builder f cannot be reached at tcp://a:1234: no BuildKit answers",
    ],
    [
      "one that has an error",
      down("kubernetes", "error", "Error: no such namespace\n"),
      "builder f cannot be reached at tcp://a:1234: no such namespace",
    ],
  ])("says whether it can be used: %s", (_, text, expected) => {
    expect(unreachable(parseBuilder(text))?.message ?? null).toBe(expected);
  });
});
