import { describe, expect, test } from "vitest";
import { parseVertexName } from "../../../src/progress/vertex-name.ts";

const digest = `sha256:${"0".repeat(64)}`;

describe("several targets", () => {
  test.each([
    [
      "[app1 base 2/3] COPY . /app",
      { target: "app1", stage: "base", position: { index: 2, of: 3 }, kind: "step", text: "COPY . /app" },
    ],
    ["[app1 2/3] RUN x", { target: "app1", stage: null, position: { index: 2, of: 3 }, kind: "step", text: "RUN x" }],
    ["[app1 linux/arm64 base 2/3] RUN x", { target: "app1", stage: "base", kind: "step", text: "linux/arm64 RUN x" }],
    ["[app1 Base 1/3] FROM docker.io/library/python:3", { stage: "base", kind: "from", text: "FROM python:3" }],
    ["[base internal] load build context", { target: "base", stage: null, kind: "work", text: "load build context" }],
    ["[app linux/amd64 internal] load metadata for x", { target: null, kind: "work", text: "load metadata for x" }],
    ["[internal] load local bake definitions", { target: null, kind: "work", text: "load local bake definitions" }],
    ["[base] exporting to image", { target: "base", kind: "work", text: "exporting to image" }],
    ["[base] importing cache manifest from a/b:c", { target: "base", kind: "cache" }],
    ["[base] pushing a.com/b:c with docker", { target: "base", kind: "push", text: "pushing a.com/b:c" }],
    ["[app1 context base] a.com/base:b1", { target: "app1", stage: "base", kind: "from", text: "FROM a.com/base:b1" }],
    ["[app1 context base] load metadata for a.com/base:b1", { target: "app1", stage: null, kind: "work" }],
    ["[base] FROM docker.io/library/busybox:latest", { target: "base", kind: "from", text: "FROM busybox:latest" }],
  ])("%s", (name, expected) => {
    expect(parseVertexName(name, ["base", "app1"])).toMatchObject(expected);
  });
});

describe("one target", () => {
  test.each([
    ["[base 2/3] RUN x", { target: "app1", stage: "base", kind: "step", text: "RUN x" }],
    ["[2/3] RUN x", { target: "app1", stage: null, position: { index: 2, of: 3 } }],
    ["[linux/arm64 base 2/3] RUN x", { target: "app1", stage: "base", text: "linux/arm64 RUN x" }],
    ["[internal] load .dockerignore", { target: "app1", kind: "work" }],
    ["exporting to image", { target: "app1", kind: "work", text: "exporting to image" }],
    ["pushing a.com/b:c with docker", { target: "app1", kind: "push" }],
    ["[app1 base 2/3] RUN x", { target: "app1", stage: "base" }],
  ])("%s", (name, expected) => {
    expect(parseVertexName(name, ["app1"])).toMatchObject(expected);
  });
});

test.each([
  ["[1/2] RUN a &&     b \\\n  c", "RUN a && b \\ c"],
  ["[1/2] RUN [ -f x ]", "RUN [ -f x ]"],
  ["[1/2] RUN printf '\u001B[31mred'", "RUN printf 'red'"],
  [`[1/2] FROM docker.io/library/python:3.8-slim@${digest}`, "FROM python:3.8-slim"],
  [`[1/2] FROM docker.io/acme/app@${digest}`, `FROM acme/app@${digest}`],
  [`[1/2] FROM localhost:5000/app@${digest}`, `FROM localhost:5000/app@${digest}`],
])("text of %j", (name, text) => {
  expect(parseVertexName(name, ["app1"]).text).toBe(text);
});
