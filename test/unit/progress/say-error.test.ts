import { describe, expect, test } from "vitest";
import { exitCodeOf, isConsequence, sayError } from "../../../src/progress/say-error.ts";

const hex = "0123456789ab".padEnd(64, "0");

test.each([
  ['failed to solve: process "/bin/sh -c pip install" did not complete successfully: exit code: 3', "exit code 3"],
  ["executor failed running [/bin/sh -c x]: exit code: 137", "exit code 137"],
  [
    'failed to solve: failed to compute cache key: failed to calculate checksum of ref a-1::b2: "/x": not found',
    '"/x": not found',
  ],
  ['failed to compute cache key: "/x" not found: not found', '"/x" not found'],
  [
    "failed to solve with frontend dockerfile.v0: failed to create LLB definition: target stage a could not be found",
    "target stage a could not be found",
  ],
  [
    "failed to solve: a.com/b:c: failed to resolve source metadata for a.com/b:c: a.com/b:c: not found",
    "a.com/b:c: not found",
  ],
  ["failed to solve: rpc error: code = Unknown desc = no", "no"],
  [
    `failed to push a.com/b: http://a.com/v2/b/blobs/sha256:${hex}: 401`,
    "failed to push a.com/b: http://a.com/v2/b/blobs/sha256:0123456789ab: 401",
  ],
  ["denied", "denied"],
])("sayError(%j)", (message, expected) => {
  expect(sayError(message)).toBe(expected);
});

test.each([
  ['process "/bin/sh -c x" did not complete successfully: exit code: 3', 3],
  ['failed to solve: process "/bin/sh -c echo exit code: 9" did not complete successfully: exit code: 1', 1],
  ["executor failed running [/bin/sh -c x]: exit code: 3", 3],
  ["the command printed exit code: 9", null],
])("exitCodeOf(%j)", (message, expected) => {
  expect(exitCodeOf(message)).toBe(expected);
});

describe("isConsequence", () => {
  test.each([
    "context canceled",
    'process "/bin/sh -c sleep 3" did not complete successfully: exit code: 137: context canceled: context canceled',
    "failed to load provenance blob from build record: rpc error: code = Canceled desc = context canceled",
    "target app1: denied",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  ])("%s", (message) => {
    expect(isConsequence(message)).toBe(true);
  });

  test.each(["denied", 'process "/bin/sh -c echo context canceled" did not complete successfully: exit code: 1'])(
    "not: %s",
    (message) => {
      expect(isConsequence(message)).toBe(false);
    },
  );
});
