import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextLink, parseChallenges, parseLinks } from "../../../src/registry/header.ts";

describe("parseChallenges", () => {
  const bearer = { scheme: "bearer", parameters: { realm: "https://auth.com/token", service: "a.com" } };
  const basic = { scheme: "basic", parameters: { realm: "a" } };

  it.each([
    ["one", 'Bearer realm="https://auth.com/token",service="a.com"', [bearer]],
    ["one with blanks", 'Bearer  realm = "https://auth.com/token" ,  service="a.com" ', [bearer]],
    ["one without quotes", "Bearer realm=https://auth.com/token,service=a.com", [bearer]],
    ["names in capitals", 'BEARER Realm="https://auth.com/token", SERVICE="a.com"', [bearer]],
    ["two, joined", 'Basic realm="a", Bearer realm="https://auth.com/token",service="a.com"', [basic, bearer]],
    ["two, the other way round", 'Bearer realm="https://auth.com/token",service=a.com,Basic realm=a', [bearer, basic]],
    ["one without parameters", 'Negotiate, Basic realm="a"', [{ scheme: "negotiate", parameters: {} }, basic]],
    ["empty elements", ', ,Basic realm="a",,', [basic]],
    [
      "what it does not know",
      "Bearer x",
      [
        { scheme: "bearer", parameters: {} },
        { scheme: "x", parameters: {} },
      ],
    ],
    ["nothing", "", []],
    ["no header at all", '"', []],
    [
      "commas, quotes and equals signs in quotes",
      String.raw`Bearer realm="https://auth.com/?a=b,c=d",error="in\"valid\\"`,
      [{ scheme: "bearer", parameters: { realm: "https://auth.com/?a=b,c=d", error: 'in"valid\\' } }],
    ],
    ["two values of a name: the first", 'Basic realm="a", realm="b", REALM=c', [basic]],
    ["a quote without an end", 'Basic realm="a', [basic]],
    [
      "a token of bytes",
      'Negotiate abc==, Basic realm="a"',
      [{ scheme: "negotiate", parameters: { abc: "=" } }, basic],
    ],
  ])("reads %s", (_, header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });
});

describe("nextLink", () => {
  it.each([
    ["quoted", '</v2/a/tags/list?last=b>; rel="next"', "/v2/a/tags/list?last=b"],
    ["bare", "</next>;rel=next", "/next"],
    ["after other parameters", '</next>; type="a/b"; title="x, y; z"; rel="next"', "/next"],
    ["after one that stands alone", "</next>; crossorigin; rel=next", "/next"],
    ["before others", '</next>; rel="next"; title="x"', "/next"],
    ["one of several", '</prev>; rel="prev", </next>; rel="next"', "/next"],
    ["one of several relations", '</next>; rel="last NEXT"', "/next"],
    ["with commas in it", '</n,e;x?t=1,2>; rel="next"', "/n,e;x?t=1,2"],
    ["with blanks all over", ' < /next > ;; rel = "next" ', "/next"],
    ["named in capitals", "</next>; REL=next", "/next"],
    ["of another relation", '</prev>; rel="prev"', null],
    ["whose relation only sounds like it", '</x>; rel="nextish"', null],
    ["whose title says next", '</x>; title="rel=next"', null],
    ["whose first relation counts", '</x>; rel="prev"; rel="next"', null],
    ["without one", "</x>", null],
    ["of no link", 'rel="next"', null],
    ["nothing", "", null],
  ])("%s", (_, header, expected) => {
    expect(nextLink(header)).toBe(expected);
  });
});

describe("any header", () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  const parameters = fc.dictionary(name, fc.string({ maxLength: 8 }), {
    minKeys: 1,
    maxKeys: 4,
    noNullPrototype: true,
  });
  const written = (value: string) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

  it("of challenges is read as it was written", () => {
    const challenge = fc.record({ scheme: name, parameters });
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 3 }), (challenges) => {
        const header = challenges.map(
          ({ scheme, parameters: list }) =>
            `${scheme} ${Object.entries(list)
              .map(([key, value]) => `${key}=${written(value)}`)
              .join(", ")}`,
        );
        expect(parseChallenges(header.join(", "))).toEqual(challenges);
      }),
    );
  });

  it("of links is read as it was written", () => {
    const link = fc.record({ target: fc.webPath({ size: "small" }), parameters });
    fc.assert(
      fc.property(fc.array(link, { maxLength: 3 }), (links) => {
        const header = links.map(
          ({ target, parameters: list }) =>
            `<${target}>${Object.entries(list)
              .map(([key, value]) => `; ${key}=${written(value)}`)
              .join("")}`,
        );
        expect(parseLinks(header.join(", "))).toEqual(links);
      }),
    );
  });

  it("is come to an end with", () => {
    const pieces = fc.array(fc.constantFrom('"', "=", ",", ";", "<", ">", " ", "\\", "rel", "Basic", "é"), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(parseChallenges(parts.join("")).length + parseLinks(parts.join("")).length).toBeLessThan(13);
      }),
    );
  });
});
