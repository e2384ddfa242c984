/** The target whose image a named context is, `base` of `target:base`; null for a folder or an image from elsewhere. */
export function contextTarget(from: string): string | null {
  return from.startsWith("target:") ? from.slice("target:".length) : null;
}
