/** The files of a project by path; of a link where it leads to. */
export type Files = Record<string, string | { link: string } | { text: string; mode: number }>;

/** What an image is made from: the files in its build context, and how it is configured. */
export interface State {
  files?: Files;
  target?: object;
}

/** One kind of input: a target of a project that is built as it is, with a neighbouring change, and with another input. */
export interface Case {
  what: string;
  before: State;
  /** What may change: the image is the same. */
  beside: State;
  /** What changes the image. */
  after: State;
  /** More targets, by name. */
  others?: Record<string, object>;
  /** Why nobody knows what it is made from: it is built each time. */
  unknown?: string;
  /** What a container sees of it is the same in the end. */
  isSame?: boolean;
}

/** Where the test's own images and files are. */
export interface Outside {
  os: string;
  os2: string;
  files: string;
  sums: { before: string; after: string };
}

/** A Dockerfile. */
export const file = (text: string) => ({ Dockerfile: text });
/** A stage on nothing. */
export const scratch = (...lines: string[]) => ["FROM scratch AS app", ...lines, ""].join("\n");

/** Two Dockerfiles that give other images, and one that differs from the first and gives the same. */
export function written(what: string, before: string, beside: string, after: string): Case {
  const state = (text: string): State => ({ files: { Dockerfile: text } });
  const files = { a: "1", b: "2" };
  return { what, before: { files: { ...files, ...file(before) } }, beside: state(beside), after: state(after) };
}
