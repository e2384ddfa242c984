import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { interruption } from "../../../src/host/interruption.ts";
import { requests } from "../../support/docker/world.ts";
import { buildTag, faultyRegistry, labelsOf, movingPass } from "./rig.ts";

const app = "r.io/p/app";
const tags = ["latest", "master", "stable"];

/** A moving pass in which the signal comes with its so-manieth request, once the registry has done what that asks for. */
async function stoppedAt(count: number) {
  const { registry } = faultyRegistry();
  const content = { labels: labelsOf("app", { number: 40 }), layers: ["x"] };
  const before = tags.map((tag) => registry.putImage(app, tag, content));
  const self = Object.assign(new EventEmitter(), { ppid: 1, env: {} });
  const { signal, hold } = interruption(self);
  let asked = 0;
  const handle: typeof registry.handle = async (request) => {
    const answer = await registry.handle(request);
    if (++asked === count) self.emit("SIGTERM");
    return answer;
  };
  const pass = movingPass(registry, { tags, host: { signal, hold, request: requests({ handle }, signal) } });
  pass.up();
  await pass.move();
  const points = tags.map((tag) => registry.digest(app, tag));
  const own = tags.map(() => registry.digest(app, buildTag(42)));
  return { asked, points, own, before };
}

describe("a signal in the middle of the moving pass", () => {
  it("leaves no release that is moved by halves", async () => {
    const { asked } = await stoppedAt(Infinity);
    for (let count = 1; count <= asked; count++) {
      const { points, own, before } = await stoppedAt(count);
      expect([own, before], `at request ${count}`).toContainEqual(points);
    }
  });
});
