/** A text sink: a terminal, a CI log, a test's buffer. */
export interface Output {
  write(text: string): void;
  isTTY: boolean;
}

/** One process to run: an argv array, never a shell line. */
export interface Command {
  argv: readonly [string, ...string[]];
  cwd?: string;
  /** The child's whole environment; nothing else is passed on. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Text for standard input; without it the child reads nothing. */
  stdin?: string;
  /** Called with each line of standard output as it comes. `false` says that there is nothing to be seen of it. */
  onStdoutLine?: (line: string) => unknown;
  /** The same for standard error; the line is then not kept in `stderr`. */
  onStderrLine?: (line: string) => unknown;
  /** The process is ended after so many milliseconds; without it, it may take as long as it likes. */
  limit?: number;
  /**
   * Asked every 30 seconds in which nothing was to be seen of the process: for how many seconds it was not. A text ends the
   * process, and is the reason.
   */
  onSilence?: (seconds: number) => Promise<string | null>;
}

/** How a process ended. */
export interface ExecResult {
  /** The exit code; 127 if the program is missing, 126 if it cannot be started, which `stderr` explains, 128 + n after signal n. */
  exitCode: number;
  stdout: string;
  stderr: string;
  /** There is no such program. */
  missing: boolean;
  /** Why it was ended before it came to an end by itself; null or left out if it was not. */
  late?: string | null;
}

/** A certificate of one's own and its private key, in PEM form. */
export interface Identity {
  cert: string;
  key: string;
}

/** One HTTP request. Redirects are not followed: who asks decides what goes along. */
export interface HttpRequest {
  method: "GET" | "HEAD" | "PUT" | "POST" | "PATCH" | "DELETE";
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** Certificates in PEM form that are trusted beside Node's own. */
  ca?: readonly string[];
  /** Who we are, in PEM form, for servers that ask for a certificate. */
  identities?: readonly Identity[];
  /** The proxy to go through, `http://user:password@proxy:3128`. */
  proxy?: string;
  /** It is given up after so many milliseconds where that is sooner than usual. */
  limit?: number;
  /** Told while an answer is long in coming, every ten seconds: how long it has been waited for, in seconds. */
  onWait?: (seconds: number) => void;
}

/** What came back. Names of headers are in lower case; a header that came several times is joined with `, `. */
export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** No answer came: no connection, a broken one, a time limit, or an answer that is too large. */
export interface NoResponse {
  status: 0;
  message: string;
  /** True if the request may have arrived, so that what it asks for may have been done. */
  sent: boolean;
}

/** Why a file cannot be read. */
export interface FileFault {
  /** There is nothing of that name; everything else is a mistake wherever the file may be left out. */
  missing: boolean;
  /** In words that follow the file's name: `is a folder`. */
  fault: string;
  hint: string;
}

/** One thing in a folder, at whatever depth. */
export interface TreeEntry {
  /** Relative to the folder, with `/`; "" is the folder itself. */
  path: string;
  kind: "file" | "folder" | "link" | "other";
  /** The permission bits; those of a link mean nothing and are 0. */
  mode: number;
  /** The sha256 of what a file holds, in hex; where a link points to; "" for others. */
  content: string;
  /** The path in the folder that a link stands for; "" for others. */
  leadsTo: string;
}

/** Which part of a folder is looked at. */
export interface TreePart {
  /** Paths in it, each with all that is below; "" is all of it. Links on the way are followed, within the folder. */
  roots: readonly string[];
  /** Whether links that are found below are followed as well. */
  followsLinks: boolean;
  isLeftOut: (path: string) => boolean;
  /** Whether a folder need not be looked into: it is left out with all that is in it. */
  isClosed: (path: string) => boolean;
}

/** The files that the program reads and writes. Paths are absolute. */
export interface Files {
  /** The file's text, or null where there is none to be had, for whatever reason. */
  read(path: string): Promise<string | null>;
  /**
   * A file of the user's: its text, without a byte order mark, or why it cannot be read. Only a regular file of moderate
   * size is: anything else may have no end, or keep whoever opens it. With `within` it has to lie in that folder, wherever
   * links lead.
   */
  readInput(path: string, within?: string): Promise<string | FileFault>;
  write(path: string, text: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** What is there, links followed; null for nothing. */
  kind(path: string): Promise<"file" | "folder" | "other" | null>;
  /** Whether this user may write to a file, or make one in a folder. */
  writable(path: string): Promise<boolean>;
  /** The names in a folder, sorted; none if it is missing or cannot be read. */
  list(path: string): Promise<string[]>;
  /** Lists a part of a folder with what the files hold, sorted by path. Throws what the system says of a file that cannot be read. */
  tree(folder: string, part: TreePart): Promise<TreeEntry[]>;
  /**
   * Makes an empty private directory (mode 0700) for this run, outside of the workspaces, and returns its path; what dead
   * runs have left goes.
   */
  makeTemporary(prefix: string, workspaces: readonly string[]): Promise<string>;
  link(target: string, path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/**
 * The outside world, all of it: whatever is not a pure function of its arguments goes through here. The system's own is
 * made by `systemHost`; tests make theirs.
 */
export interface Host {
  /** Arguments after the program's name. */
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** What images are built for on a machine of this kind, `linux/amd64`. */
  platform: string;
  stdout: Output;
  stderr: Output;
  /** Writes to standard output as it is: for what {@link json} has made. */
  print: (text: string) => void;
  /** A value as JSON, its texts without secrets. */
  json: (value: object) => string;
  /** Text from outside, fit to be shown: no secret is in it, and nothing that a terminal or a CI acts on. To be cut only then. */
  outside: (text: string) => string;
  /** Our own text without secrets: only then it may be cut. */
  mask: (text: string) => string;
  /** Keeps the values of variables that are named, or sound like secrets, out of all output from now on. */
  hide: (env: Readonly<Record<string, string | undefined>>, names: ReadonlySet<string>) => void;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Runs `work`, and gives up on it after so many milliseconds; null then. For what others chose, such as a pattern. */
  limited<T>(milliseconds: number, work: () => T): { value: T } | null;
  /** A number in [0, 1). */
  random(): number;
  /** Aborted by SIGINT, SIGTERM or SIGHUP; the reason is the signal's name. What is under way ends, and nothing throws. */
  signal: AbortSignal;
  /** Puts an interruption off until the function that it returns is called, and tells its name if there is one. */
  hold(told: (name: string) => void): () => void;
  exec(command: Command): Promise<ExecResult>;
  /** Never throws, and always comes to an end: by a limit, or by the signal. */
  request(request: HttpRequest): Promise<HttpResponse | NoResponse>;
  files: Files;
}
