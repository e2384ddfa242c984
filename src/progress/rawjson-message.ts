/** One line of `--progress=rawjson`: BuildKit's SolveStatus. Times are in milliseconds since 1970. */
export interface RawMessage {
  vertexes: RawVertex[];
  statuses: RawStatus[];
  logs: RawLog[];
  warnings: RawWarning[];
}

export interface RawVertex {
  digest: string;
  name: string;
  started: number | null;
  completed: number | null;
  cached: boolean;
  error: string | null;
}

/** A part of a vertex's work, such as `pushing layers`. */
export interface RawStatus {
  vertex: string;
  id: string;
  /** How much of it is done, often in bytes. */
  current: number;
  started: number | null;
  completed: number | null;
}

/** A piece of what a step printed; it need not end where a line ends. */
export interface RawLog {
  vertex: string;
  stream: number;
  data: Uint8Array;
}

export interface RawWarning {
  vertex: string;
  short: string;
  filename: string | null;
  line: number | null;
}

/**
 * Reads a line; null if it is not a JSON object. What is not as expected is left out: a newer builder may say more.
 * https://github.com/moby/buildkit/blob/master/client/graph.go
 */
export function parseRawMessage(line: string): RawMessage | null {
  const message = asObject(parse(line));
  if (message === null) return null;
  return {
    vertexes: each(message.vertexes, (vertex) => ({
      digest: asText(vertex.digest),
      name: asText(vertex.name),
      started: asTime(vertex.started),
      completed: asTime(vertex.completed),
      cached: vertex.cached === true,
      error: asText(vertex.error) || null,
    })),
    statuses: each(message.statuses, (status) => ({
      vertex: asText(status.vertex),
      id: asText(status.id),
      current: Number(status.current ?? 0),
      started: asTime(status.started),
      completed: asTime(status.completed),
    })),
    logs: each(message.logs, (log) => ({
      vertex: asText(log.vertex),
      stream: Number(log.stream ?? 0),
      data: Buffer.from(asText(log.data), "base64"),
    })),
    warnings: each(message.warnings, (warning) => ({
      vertex: asText(warning.vertex),
      short: Buffer.from(asText(warning.short), "base64").toString(),
      filename: asText(asObject(warning.sourceInfo)?.filename) || null,
      line: firstLine(warning.range),
    })),
  };
}

type Json = Record<string, unknown>;

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function asObject(value: unknown): Json | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function asTime(value: unknown): number | null {
  const time = Date.parse(asText(value));
  return Number.isNaN(time) ? null : time;
}

function each<T>(value: unknown, read: (item: Json) => T): T[] {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((item) => {
    const found = asObject(item);
    return found === null ? [] : [read(found)];
  });
}

function firstLine(range: unknown): number | null {
  const [first] = each(range, ({ start }) => asObject(start)?.line);
  return typeof first === "number" && first > 0 ? first : null;
}
