import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { ownLabels } from "../../../src/plan/labels.ts";
import { quirks } from "../../support/quirks/quirks.js";
import { oneOrder, type Race } from "./orders.ts";

vi.setConfig({ testTimeout: 600_000 });

const targets = { base: ["r.io/p/base"], app: ["r.io/p/app", "mirror.io/p/app"] };
const repositories = Object.values(targets).flat();
const tags = ["latest", "master"];

const names = Object.keys(quirks);
/** Needs bodies that are bytes. */
const onWireAlone = ["gzipped", "shoutedHeaders"];
const unlisted = names.filter((name) => name.startsWith("tagsRefused"));
const others = names.filter(
  (name) => !onWireAlone.includes(name) && !name.startsWith("tagsRefused") && name !== "tagsBroken",
);

/** Two builds meet at a registry with these quirks, in some order of their requests: what is wrong afterwards. */
async function wrongAfter(odd: readonly string[], choices: Iterator<number>, more: Partial<Race>): Promise<string[]> {
  const end = await oneOrder(
    {
      before: [{ number: 40, targets, tags }],
      builds: [41, 42].map((number) => ({ number, targets, tags })),
      quirks: odd.map((name) => quirks[name]!),
      ...more,
    },
    (among) => choices.next().value! % among,
  );
  const [earlier = 0, later = 0] = end.failures;
  return repositories.flatMap((repository) =>
    tags.flatMap((tag) => {
      const whose = end.registry.image(repository, tag)?.labels[ownLabels.buildNumber];
      const told = `${repository}:${tag} is of ${whose}, failures ${end.failures.join()}\n${end.order.join("\n")}`;
      // Who says that all went well has its tags, or a later build has them; nobody else takes them unsaid.
      if (later === 0) return whose === "42" || earlier > 0 ? [] : [told];
      return earlier === 0 && whose === "40" ? [told] : [];
    }),
  );
}

const choices = fc.infiniteStream(fc.nat(1000));

it("two builds leave no tag to the earlier unsaid, in any order, whatever is odd about the registry", async () => {
  const law = fc.asyncProperty(fc.subarray(others, { maxLength: 2 }), choices, async (odd, order) => {
    expect(await wrongAfter(odd, order, {})).toEqual([]);
  });
  await fc.assert(law, { numRuns: 200 });
});

it("nor where tags are not listed, as long as neither waits for longer than the other takes", async () => {
  const odd = fc.tuple(fc.constantFrom(...unlisted), fc.constantFrom("none", ...others));
  const law = fc.asyncProperty(odd, choices, async (two, order) => {
    const sleeps = "until the others have come to an end";
    expect(
      await wrongAfter(
        two.filter((name) => name !== "none"),
        order,
        { sleeps },
      ),
    ).toEqual([]);
  });
  await fc.assert(law, { numRuns: 100 });
});
