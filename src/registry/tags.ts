import type { Connection } from "./connection.ts";
import { nextLink } from "./header.ts";
import { parseObject } from "./json.ts";
import { type Answer, Refusal, senseless } from "./refusal.ts";

/** As many as possible at once; some registries give a hundred at most, some know no page size. */
const sizes = [1000, 100, null];

/**
 * All tags of a repository. A list that ends early would say that there is nothing higher, so whatever is in doubt is a
 * Refusal. A repository that is not there has none.
 */
export async function listTags(connection: Connection, path: string): Promise<Answer<string[]>> {
  const list = `/v2/${path}/tags/list`;
  let answer: Answer<string[]> = [];
  for (const size of sizes) {
    answer = await readPages(connection, path, size === null ? list : `${list}?n=${size}`, size);
    const other = answer instanceof Refusal && answer.status >= 400 && !answer.passing && answer.status !== 401;
    if (!other) return answer;
    if (answer instanceof Refusal && answer.status === 404 && answer.codes.some((code) => absent.has(code))) return [];
  }
  return answer;
}

/** What registries call a repository that is not there. A bare 404 may as well be a registry that lists no tags. */
const absent = new Set(["NAME_UNKNOWN", "NOT_FOUND", "REPOSITORY_NOT_FOUND"]);

async function readPages(
  connection: Connection,
  path: string,
  first: string,
  size: number | null,
): Promise<Answer<string[]>> {
  const all = new Set<string>();
  const asked = new Set<string>();
  const what = `the tags of ${path}`;
  for (let next: string | null = first; next !== null;) {
    if (asked.has(next)) return senseless({ what, writes: false }, "its pages come round again");
    asked.add(next);
    const response = await connection.read({ what, method: "GET", path: next });
    if (response instanceof Refusal) return response;
    const tags = tagsOf(response.body);
    if (tags === null) return senseless({ what, writes: false }, "it is not a list of tags");
    const before = all.size;
    for (const tag of tags) all.add(tag);
    const link = nextLink(response.headers["link"] ?? "");
    if (link !== null) next = relative(link, next);
    // A page that is full may not be the last, whether or not it says so.
    else next = size !== null && tags.length === size && all.size > before ? after(first, tags.at(-1)!) : null;
  }
  return [...all];
}

function tagsOf(body: string): string[] | null {
  const tags = parseObject(body)?.["tags"];
  if (tags === null) return [];
  return Array.isArray(tags) && tags.every((tag) => typeof tag === "string") ? tags : null;
}

/** A registry behind a proxy may call itself by a name that is good only there: what counts is the path. */
function relative(link: string, from: string): string {
  const { pathname, search } = new URL(link, new URL(from, "http://registry"));
  return pathname + search;
}

function after(first: string, tag: string): string {
  return `${first}&last=${encodeURIComponent(tag)}`;
}
