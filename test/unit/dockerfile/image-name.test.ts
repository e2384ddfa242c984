import { expect, test } from "vitest";
import { shortImageName } from "../../../src/dockerfile/image-name.ts";

test.each([
  ["node", "node"],
  ["node:latest", "node"],
  ["node:20", "node:20"],
  ["docker.io/library/node:latest", "node"],
  ["index.docker.io/library/node", "node"],
  ["library/node", "node"],
  ["library/a/b", "library/a/b"],
  ["docker.io/acme/app:1", "acme/app:1"],
  ["localhost:5000/node:latest", "localhost:5000/node"],
  ["ghcr.io/library/node", "ghcr.io/library/node"],
  ["node@sha256:00", "node@sha256:00"],
])("%s is %s", (image, short) => expect(shortImageName(image)).toBe(short));
