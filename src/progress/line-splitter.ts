/** Puts together lines that arrive in pieces. */
export interface LineSplitter {
  /** Takes the next piece; returns the lines that it completes. */
  push(piece: Uint8Array): string[];
  /** What is left without a line end. */
  flush(): string[];
}

/** A splitter for UTF-8; a piece may end within a line and within a character. */
export function createLineSplitter(): LineSplitter {
  const decoder = new TextDecoder();
  // The pieces of a line that has not ended: joined once, as a line may come in thousands of them.
  let rest: string[] = [];
  const take = (last: string) => {
    const line = [...rest, last].join("");
    rest = [];
    return line;
  };
  return {
    push(piece) {
      const [first = "", ...lines] = decoder.decode(piece, { stream: true }).split("\n");
      const last = lines.pop();
      if (last === undefined) {
        rest.push(first);
        return [];
      }
      const ended = [take(first), ...lines];
      rest.push(last);
      return ended;
    },
    flush() {
      const last = take(decoder.decode());
      return last === "" ? [] : [last];
    },
  };
}
