const longest = 100;

/** An instruction, cut where it gets too long to read in passing: the rest is in the Dockerfile. */
export function shorten(step: string): string {
  return step.length > longest ? `${step.slice(0, longest - 1)}…` : step;
}

/** Digests, cut to the 12 digits that docker shows. */
export function shortenDigests(text: string): string {
  return text.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, "$1");
}
