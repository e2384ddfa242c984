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
  let rest = "";
  return {
    push(piece) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      return lines;
    },
    flush() {
      const last = rest + decoder.decode();
      rest = "";
      return last === "" ? [] : [last];
    },
  };
}
