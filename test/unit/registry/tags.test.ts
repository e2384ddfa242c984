import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../../src/host/host.ts";
import { error, registry, type Said } from "./fake.ts";

const page = (tags: unknown, link?: string): Said => ({
  body: { name: "b/c", tags },
  ...(link === undefined ? {} : { headers: { link } }),
});
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `t${at + from}`);
/** A registry that answers these, and refuses to be asked anything else. */
const answering = (answers: Record<string, Said>) =>
  registry(({ url }: HttpRequest) => {
    const key = url.replace("https://a.com/v2/b/c/tags/list", "");
    if (answers[key] === undefined) throw new Error(`the test did not expect ${url}`);
    return answers[key];
  });

describe("the tags of a repository", () => {
  it("are read page by page", async () => {
    const { client, requests } = answering({
      "?n=1000": page(["1", "2"], '</v2/b/c/tags/list?n=1000&last=2>; type="x"; rel="next"'),
      "?n=1000&last=2": page(["2", "3"], "<?last=3>; rel=next"),
      "?last=3": page(["4"], '<http://internal:5000/v2/b/c/tags/list?last=4>; rel="next"'),
      "?last=4": page(null),
    });
    expect(await client.tags()).toEqual(["1", "2", "3", "4"]);
    expect(requests).toHaveLength(4);
  });

  it.each([400, 403, 404, 405, 413, 501])(
    "are asked for in smaller pages, or in one, where that is refused (%d)",
    async (status) => {
      const small = answering({ "?n=1000": { status }, "?n=100": page(["1"]) });
      expect(await small.client.tags()).toEqual(["1"]);
      const plain = answering({ "?n=1000": { status }, "?n=100": { status }, "": page(numbered(100)) });
      expect(await plain.client.tags()).toHaveLength(100);
      const none = answering({ "?n=1000": { status }, "?n=100": { status }, "": { status } });
      expect(await none.client.tags()).toMatchObject({ status, passing: false });
    },
  );

  it.each([401, 503])("are not asked for otherwise where that is no help (%d)", async (status) => {
    const { client, requests } = registry(() => ({ status }));
    expect(await client.tags()).toMatchObject({ status });
    expect(new Set(requests.map(({ url }) => url)).size).toBe(1);
  });

  it.each(["NAME_UNKNOWN", "NOT_FOUND"])("are none where there is no repository (%s)", async (code) => {
    const { client, requests } = registry(() => error(404, code));
    expect(await client.tags()).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  it("are not none where the repository goes away meanwhile", async () => {
    const link = '</v2/b/c/tags/list?last=1>; rel="next"';
    const gone = error(404, "NAME_UNKNOWN");
    const { client } = answering({ "?n=1000": page(["1"], link), "?last=1": gone, "?n=100": page(["1"]) });
    expect(await client.tags()).toEqual(["1"]);
  });

  it("go on after a page that is full and does not say so", async () => {
    const { client } = answering({
      "?n=1000": page(numbered(100)),
      "?n=1000&last=t99": page(numbered(1, 100)),
    });
    expect(await client.tags()).toHaveLength(101);
    const same = answering({ "?n=1000": page(numbered(100)), "?n=1000&last=t99": page(numbered(100)) });
    expect(await same.client.tags()).toHaveLength(100);
  });

  it.each<[string, Said]>([
    ["a page", { body: "<html>" }],
    ["another kind of list", page({})],
    ["a list of other things", page([1])],
    ["a list without the tags", { body: {} }],
    ["a list that goes round in a circle", page(["1"], '</v2/b/c/tags/list?n=1000>; rel="next"')],
    ["a list that goes on in nonsense", page(["1"], '<http://>; rel="next"')],
  ])("are not to be had from %s", async (_, answer) => {
    expect(await registry(() => answer).client.tags()).toMatchObject({ status: 0, closed: true, passing: false });
  });
});
