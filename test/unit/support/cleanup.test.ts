import { expect, it } from "vitest";
import { createCleanup } from "../../support/engine/cleanup.js";

it("undoes the last first, and goes on where something cannot be undone", async () => {
  const cleanup = createCleanup();
  const order: string[] = [];
  cleanup.add("the folder", async () => order.push("folder"));
  cleanup.add("the engine", () => Promise.reject(new Error("it does not stop")));
  cleanup.add("the images", async () => order.push("images"));
  cleanup.stays("a package");
  const said = await cleanup.run();
  expect(order).toEqual(["images", "folder"]);
  expect(said).toBe(
    "Removed: the images, the folder.\nStays: a package.\nCould not be removed: the engine: it does not stop\n",
  );
  expect(cleanup.failed()).toBe(true);
});

it("has nothing to say of nothing, and undoes once only", async () => {
  const cleanup = createCleanup();
  expect(await cleanup.run()).toBe("");
  let times = 0;
  cleanup.add("it", async () => times++);
  await cleanup.run();
  expect(await cleanup.run()).toBe("");
  expect([times, cleanup.failed()]).toEqual([1, false]);
});
