/** What is wrong with a file's text that was read as UTF-8, in words that follow its name; null if nothing is. */
export function encodingFault(text: string): string | null {
  // Windows PowerShell's `>` writes UTF-16, in which every other byte of English is a NUL.
  if (text.includes("\0")) return "has NUL characters: it is no text, or not saved as UTF-8";
  return text.includes("\uFFFD") ? "is not saved as UTF-8" : null;
}
