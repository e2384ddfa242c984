/** What docker or buildx warns of in a line of its own; null if it does not. */
export function warningIn(line: string): string | null {
  const logged = /^time="[^"]*" level=warning msg="(.*)"$/.exec(line)?.[1];
  if (logged !== undefined) return logged.replace(/\\(["\\])/g, "$1");
  return /^(?:WARNING|WARN(?:\[\d+\])?|\[Warning\]|DEPRECATED)[:!]? +(.*)$/i.exec(line)?.[1] ?? null;
}
