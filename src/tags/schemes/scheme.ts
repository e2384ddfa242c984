/** A version, read from a text. */
export interface Version {
  /** What the pattern's expressions stand for: raw, version, major … */
  fields: Readonly<Record<string, string>>;
  /** A final release, not a pre-, post- or development release. Only these get `1.2`, `1` and `latest`. */
  stable: boolean;
}

/** A way to write versions. */
export interface Scheme {
  /** As in "is not a …". */
  title: string;
  /** The expressions that a pattern may use. */
  expressions: readonly string[];
  /** Those that stand for the whole version: a pattern with one of them may be used for a pre-release. */
  whole: readonly string[];
  parse: (text: string) => Version | null;
  /** Below 0 if `a` is older than `b`. */
  compare: (a: Version, b: Version) => number;
}
