import { describe, expect, it } from "vitest";
import { createPlainReader } from "../../../src/progress/plain.ts";
import { createRawJsonReader } from "../../../src/progress/rawjson.ts";
import { createWaits } from "../../../src/progress/wait.ts";

const date = "2026-11-24T03:42:37.5Z";

/** What a builder is at once it has said all this of one piece of work. */
function at(name: string, parts: Record<string, number | "done"> = {}) {
  const waits = createWaits();
  waits.begin("1", name);
  for (const [part, current] of Object.entries(parts)) {
    waits.status("1", part, { current: current === "done" ? 0 : current, completed: current === "done" });
  }
  return waits.now();
}

describe("what the builder is at", () => {
  it.each<[string, Record<string, number | "done">, object]>([
    [
      "importing cache manifest from a.com/b:c",
      {},
      { what: "importing cache manifest from a.com/b:c", image: "a.com/b:c", next: "answer" },
    ],
    ["[internal] load metadata for a.com/b:c", {}, { image: "a.com/b:c", next: "answer" }],
    ["[app1 internal] load metadata for a.com/b:c", {}, { image: "a.com/b:c", next: "answer" }],
    ["resolve image config for docker-image://a.com/b:c", {}, { image: "a.com/b:c", next: "answer" }],
    [
      "[auth] b/c:pull token for a.com",
      {},
      { what: "login for b/c:pull token for a.com", image: null, next: "answer" },
    ],
    ["[base 1/2] FROM a.com/b:c", {}, { what: "FROM a.com/b:c", image: "a.com/b:c", next: "bytes" }],
    [
      "[base 1/2] FROM a.com/b:c",
      { "sha256:a": 1_500_000, "sha256:b": "done" },
      { what: "FROM a.com/b:c, 1.5 MB so far", next: "bytes" },
    ],
    ["[linux/arm64 base 1/2] FROM a.com/b:c", {}, { image: "a.com/b:c", next: "bytes" }],
    ["docker-image://a.com/b:c", {}, { image: "a.com/b:c", next: "bytes" }],
    ["pushing a.com/b:c with docker", {}, { what: "pushing a.com/b:c", image: "a.com/b:c", next: "bytes" }],
    ["pushing a.com/b:c with docker", { "pushing layer 1": 5 }, { next: "bytes" }],
    ["pushing a.com/b:c with docker", { "pushing layer 1": "done" }, { what: "pushing a.com/b:c", next: "answer" }],
    ["[app1] exporting to image", { "exporting layers": "done", "pushing layers": 0 }, { next: "end" }],
    [
      "exporting to image",
      { "pushing layers": "done", "pushing manifest for a.com/b:c@sha256:0": 0 },
      { what: "pushing manifest for a.com/b:c", image: "a.com/b:c", next: "answer" },
    ],
    ["exporting cache to registry", { "writing layer sha256:a": 0 }, { next: "end" }],
  ])("is a transfer: %s with %j", (name, parts, expected) => {
    expect(at(name, parts)).toMatchObject(expected);
  });

  it.each<[string, Record<string, number | "done">]>([
    ["[base 2/2] RUN sleep 3600", {}],
    ["[base 2/2] RUN docker pull a.com/b:c", {}],
    ["[base 2/2] COPY . .", {}],
    ["[internal] load build context", { "transferring context:": 5 }],
    ["[base 1/2] FROM a.com/b:c", { "sha256:a": "done", "extracting sha256:a": 0 }],
    ["exporting to image", { "exporting layers": 0 }],
    ["exporting to image", { "exporting layers": "done", "naming to a.com/b:c": 0 }],
    ["exporting to image", {}],
  ])("is work, which may be silent for hours: %s with %j", (name, parts) => {
    expect(at(name, parts)).toMatchObject({ image: null, next: "work" });
  });

  it("is work as long as there is any beside a transfer", () => {
    const waits = createWaits();
    waits.begin("1", "[base 1/2] FROM a.com/b:c");
    waits.begin("2", "[other 2/2] RUN make");
    expect(waits.now()).toMatchObject({ what: "RUN make", next: "work" });
    waits.end("2");
    expect(waits.now()).toMatchObject({ next: "bytes" });
    waits.end("1");
    expect(waits.now()).toBeNull();
  });
});

describe("a change", () => {
  const vertex = (rest: object) => ({ vertexes: [{ digest: "1", name: "[base 1/2] FROM a.com/b:c", ...rest }] });
  const status = (current: number, rest: object = {}) => ({
    statuses: [{ vertex: "1", id: "sha256:a", current, started: date, ...rest }],
  });
  it.each<[string, object, object, boolean]>([
    ["a beginning", {}, vertex({ started: date }), true],
    ["the same beginning", vertex({ started: date }), vertex({ started: date }), false],
    ["an end", vertex({ started: date }), vertex({ started: date, completed: date }), true],
    ["more bytes", { ...vertex({ started: date }), ...status(1) }, status(2), true],
    ["as many bytes as before", { ...vertex({ started: date }), ...status(1) }, status(1), false],
    ["the end of a part", { ...vertex({ started: date }), ...status(1) }, status(1, { completed: date }), true],
    ["a part of what is at its end", {}, status(1), false],
    ["a line of a step", vertex({ started: date }), { logs: [{ vertex: "1", data: "YQo=" }] }, true],
  ])("is, or is not, %s", (_, before, line, expected) => {
    const reader = createRawJsonReader([{ name: "base", stage: "base", dockerfile: "" }]);
    reader.read(JSON.stringify(before));
    const known = reader.waits.changes();
    reader.read(JSON.stringify(line));
    expect(reader.waits.changes() > known).toBe(expected);
  });

  it.each([
    ["#4 sha256:ab 1.0MB / 5.0MB 0.3s", "#4 sha256:ab 1.0MB / 5.0MB 5.4s", false],
    ["#4 sha256:ab 1.0MB / 5.0MB 0.3s", "#4 sha256:ab 1.1MB / 5.0MB 5.4s", true],
    ["#4 sha256:ab 5.0MB / 5.0MB 0.3s", "#4 sha256:ab 5.0MB / 5.0MB 5.4s done", true],
    ["#4 ...", "#4 ...", false],
    ["#4 0.247 a", "#4 0.347 a", true],
    ["#4 0.247 a", "#4 DONE 0.3s", true],
    ["#4 0.247 a", "a word of docker's", true],
  ])("is told by plain lines, too: %s, then %s", (before, line, expected) => {
    const reader = createPlainReader("base");
    reader.read("#4 [1/2] FROM a.com/b:c");
    reader.read(before);
    const known = reader.waits.changes();
    reader.read(line);
    expect(reader.waits.changes() > known).toBe(expected);
  });

  it("leads to what the builder is at by plain lines", () => {
    const reader = createPlainReader("base");
    reader.read("#4 [1/2] FROM a.com/b:c");
    reader.read("#4 sha256:ab 1.0MB / 5.0MB 0.3s");
    expect(reader.waits.now()).toMatchObject({ what: "FROM a.com/b:c, 1.0 MB so far", next: "bytes" });
    reader.read("#4 extracting sha256:ab 0.1s");
    expect(reader.waits.now()).toMatchObject({ next: "work" });
    reader.read("#4 DONE 1.0s");
    expect(reader.waits.now()).toBeNull();
  });
});
