import { expect, it } from "vitest";
import { commandLines, facts, imageTable } from "../../support/demo/report.js";

const image = (repository: string, digest: string, tags: string[], layers: string[]) => ({
  repository,
  digest,
  tags,
  layers,
});
const transfer = (repository: string, digest: string) => ({ repository, digest, size: 1 });
const none = { uploads: [], mounts: [], downloads: [] };

it("names a repository once and cuts digests short", () => {
  const digest = `sha256:${"0123456789".repeat(6)}0123`;
  const images = [
    image("a/app", digest, ["dev", "dev-1"], []),
    image("a/app", digest, ["latest"], []),
    image("b", digest, ["x"], []),
  ];
  expect(imageTable(images)).toBe(
    [
      "  a/app  sha256:012345678901  dev, dev-1\n",
      "         sha256:012345678901  latest\n",
      "  b      sha256:012345678901  x\n",
    ].join(""),
  );
});

it.each([
  ["the same layers", ["one", "two"], "base once"],
  ["another layer", ["one", "three"], "base 2 times"],
  ["one layer less", ["one"], "base 2 times"],
])("counts as builds what has layers of its own: %s", (_, layers, expected) => {
  const images = [image("base", "x", ["dev"], ["one", "two"]), image("base", "y", ["latest", "1.0.0"], layers)];
  expect(facts(images, none)).toContain(`Built: ${expected}; published under 3 tags.`);
});

it("counts transfers of layers, not of configurations", () => {
  const text = facts([image("app", "x", ["dev"], ["layer"])], {
    uploads: [transfer("base", "layer"), transfer("app", "layer"), transfer("app", "configuration")],
    mounts: [transfer("app", "layer"), transfer("app", "configuration")],
    downloads: [transfer("app", "configuration")],
  });
  expect(text).toContain("1 layers: 2 uploads, 1 mounts from another repository in place of an upload, 0 downloads.");
});

it("shows a command as a shell reads it", () => {
  const env = { A: "a".repeat(50), B: "b".repeat(50), C: "c" };
  expect(commandLines(env, "npx multistage-build")).toBe(`$ A=${env.A} \\\n    B=${env.B} C=c npx multistage-build\n`);
});
