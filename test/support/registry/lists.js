import { failure } from "./failure.js";

/** @typedef {import("./answer.js").Handler} Handler */

/** @type {Handler} */
export function catalog({ repositories }, { query }) {
  const { items, link } = page([...repositories.keys()], "/v2/_catalog", query);
  return json({ repositories: items }, link);
}

/** @type {Handler} */
export function tagList({ repositories }, { name, query }) {
  const repository = repositories.get(name);
  if (repository === undefined) return failure(404, "NAME_UNKNOWN", `there is no repository ${name}`);
  const { items, link } = page([...repository.tags.keys()], `/v2/${name}/tags/list`, query);
  return json({ name, tags: items }, link);
}

/**
 * What `?n=` and `?last=` ask for, and the Link header to the next page if there is one.
 *
 * @param {string[]} all
 * @param {string} path
 * @param {URLSearchParams} query
 */
function page(all, path, query) {
  const last = query.get("last") ?? "";
  const rest = all.filter((item) => item > last).toSorted();
  const size = query.has("n") ? Number(query.get("n")) : rest.length;
  const items = rest.slice(0, size);
  const next = new URLSearchParams({ n: String(size), last: items.at(-1) ?? "" });
  const more = items.length > 0 && items.length < rest.length;
  return { items, link: more ? { link: `<${path}?${next.toString()}>; rel="next"` } : {} };
}

/** @type {(body: object, headers: Record<string, string>) => import("./answer.js").Answer} */
function json(body, headers) {
  return { status: 200, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}
