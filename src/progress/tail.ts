/** What the builder prints besides its progress, taken apart. */
export interface Tail {
  /** All of it except the excerpt and the repeated logs. */
  messages: string[];
  /** Its last word; null if it said nothing. */
  error: { target: string | null; message: string } | null;
  dockerfile: string | null;
  line: number | null;
  excerpt: string[];
}

const recapRule = /^-{6}$/;
const excerptRule = /^-{20}$/;

/**
 * Reads the lines that are not progress. On an error buildx prints
 *
 *     multistage.Dockerfile:5
 *     --------------------
 *        4 |     FROM base AS app1
 *        5 | >>> RUN exit 3
 *     --------------------
 *     ERROR: target app1: failed to solve: …
 *
 * of which Engine 20.10 prints only the last line, without `ERROR:`. Plain progress puts the step's log before it,
 * between two lines of six dashes.
 */
export function readTail(lines: readonly string[]): Tail {
  const tail: Tail = { messages: [], error: null, dockerfile: null, line: null, excerpt: [] };
  let within: "recap" | "excerpt" | null = null;
  for (const [index, line] of lines.entries()) {
    const header = /^(.+):(\d+)$/.exec(line);
    if (recapRule.test(line)) within = within === "recap" ? null : "recap";
    else if (within === "recap") continue;
    else if (excerptRule.test(line)) within = within === "excerpt" ? null : "excerpt";
    else if (within === "excerpt") tail.excerpt.push(line);
    else if (header !== null && excerptRule.test(lines[index + 1] ?? "")) {
      tail.dockerfile = header[1] ?? null;
      tail.line = Number(header[2]);
    } else tail.messages.push(line);
  }
  tail.error = lastWord(tail.messages);
  return tail;
}

function lastWord(messages: readonly string[]): Tail["error"] {
  const marked = messages.findLast((line) => /^error: /i.test(line));
  const line = marked ?? messages.find((message) => /^\S/.test(message));
  if (line === undefined) return null;
  const [, target = null, message = line] = /^(?:error: )?(?:target (\S+): )?([^]*)$/i.exec(line) ?? [];
  return { target, message };
}
