import type { Connection } from "./connection.ts";
import { nextLink } from "./header.ts";
import { parseObject } from "./json.ts";
import { type Answer, Refusal, senseless } from "./refusal.ts";

/** As many as possible at once; some registries give a hundred at most, some know no page size. */
const sizes = [1000, 100, null];

/**
 * All tags of a repository; none where it is not there. A list that ends early would say that there is nothing higher:
 * what is in doubt is a Refusal.
 */
export async function listTags(connection: Connection, path: string): Promise<Answer<string[]>> {
  let answer: Answer<string[]> = [];
  for (const size of sizes) {
    answer = await readPages(connection, path, size);
    // Only a registry that understood us and did not like the question may like another.
    const other = answer instanceof Refusal && answer.status >= 400 && answer.status !== 401 && !answer.passing;
    if (!other) return answer;
  }
  return answer;
}

/** What registries call a repository that is not there. A bare 404 may as well be a registry that lists no tags. */
const absent = new Set(["NAME_UNKNOWN", "NOT_FOUND", "REPOSITORY_NOT_FOUND"]);

async function readPages(connection: Connection, path: string, size: number | null): Promise<Answer<string[]>> {
  const asked = { what: `the tags of ${path}`, writes: false };
  const first = `/v2/${path}/tags/list${size === null ? "" : `?n=${size}`}`;
  const all = new Set<string>();
  const pages = new Set<string>();
  for (let page: string | null = first; page !== null;) {
    if (pages.has(page)) return senseless(asked, "its pages come round again");
    pages.add(page);
    const response = await connection.read({ what: asked.what, method: "GET", path: page });
    if (response instanceof Refusal) {
      const none = page === first && response.status === 404 && response.codes.some((code) => absent.has(code));
      return none ? [] : response;
    }
    const tags = tagsOf(response.body);
    if (tags === null) return senseless(asked, "it is not a list of tags");
    const before = all.size;
    for (const tag of tags) all.add(tag);
    const link = nextLink(response.headers["link"] ?? "");
    if (link !== null) page = onSameServer(link, page);
    else
      page =
        size !== null && all.size > before && mayBeFull(tags)
          ? `${first}&last=${encodeURIComponent(tags.at(-1) ?? "")}`
          : null;
  }
  return [...all];
}

function tagsOf(body: string): string[] | null {
  const value = parseObject(body);
  const tags = value === null ? undefined : value["tags"];
  if (tags === null) return [];
  return Array.isArray(tags) && tags.every((tag) => typeof tag === "string") ? tags : null;
}

/** Pages are of hundreds: a registry that ends one without a word may have more. */
function mayBeFull(tags: readonly string[]): boolean {
  return tags.length > 0 && tags.length % 100 === 0;
}

/** A registry behind a proxy may call itself by a name that is good only there: what counts is the path. */
function onSameServer(link: string, from: string): string {
  const base = new URL(from, "http://registry");
  const { pathname, search } = URL.canParse(link, base.href) ? new URL(link, base) : base;
  return pathname + search;
}
