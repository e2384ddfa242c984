import type { BuildEvent } from "../core/event.ts";
import type { EventReading } from "./read-event.ts";

const forms = "branch:<name>, pr:<number>, tag:<name>, cron, custom, promote:<environment> or rollback:<environment>";

/** The build event that CI would have if `spec` (the value of --as) had happened at the commit of `here`. */
export function eventAs(spec: string, here: BuildEvent): EventReading {
  const colon = spec.indexOf(":");
  const what = colon === -1 ? spec : spec.slice(0, colon);
  const detail = colon === -1 ? "" : spec.slice(colon + 1);
  const branch = here.branch ?? here.defaultBranch ?? "main";
  const simulated: BuildEvent = {
    ...here,
    provider: here.provider === "local" ? "drone" : here.provider,
    kind: "push",
    ref: `refs/heads/${branch}`,
    branch,
    tag: null,
    pullRequest: null,
    buildNumber: here.buildNumber ?? 0,
    parent: null,
    defaultBranch: here.defaultBranch ?? "main",
    deployTo: null,
    baseRef: null,
    prerelease: false,
    dirty: false,
  };
  const changes = change(what, detail, simulated);
  if (changes !== null) return { event: { ...simulated, ...changes }, problems: [] };
  return {
    event: simulated,
    problems: [{ path: "--as", message: "is not understood", got: spec, hint: `use ${forms}` }],
  };
}

function change(what: string, detail: string, event: BuildEvent): Partial<BuildEvent> | null {
  switch (what) {
    case "branch":
      return detail === "" ? null : { ref: `refs/heads/${detail}`, branch: detail };
    case "tag":
      return detail === "" ? null : { kind: "tag", ref: `refs/tags/${detail}`, branch: null, tag: detail };
    case "pr":
      if (!/^[1-9]\d{0,14}$/.test(detail)) return null;
      return {
        kind: "pull_request",
        ref: `refs/pull/${detail}/head`,
        branch: null,
        pullRequest: Number(detail),
        baseRef: event.defaultBranch,
      };
    case "cron":
    case "custom":
      return detail === "" ? { kind: what } : null;
    case "promote":
    case "rollback":
      return detail === "" ? null : { kind: what, deployTo: detail };
    default:
      return null;
  }
}
