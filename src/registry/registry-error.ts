/** What a registry said no with. `status` is 0 where it could not be reached, or gave no answer that makes sense. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  constructor(
    readonly status: number,
    message: string,
    /** What it asked us to wait, in milliseconds. */
    readonly retryAfter: number = 0,
  ) {
    super(message);
  }
}

/** An answer that is no success, as an error; `what` is what was asked for. */
export async function refusal(response: Response, what: string): Promise<RegistryError> {
  const text = (await response.text().catch(() => "")).slice(0, 300).trim();
  const message = `${what}: the registry answered ${response.status}${text === "" ? "" : `: ${text}`}`;
  return new RegistryError(response.status, message, waitAsked(response.headers));
}

/** Seconds, or a date, which is by the clock that set the answer's own. https://httpwg.org/specs/rfc9110.html#field.retry-after */
function waitAsked(headers: Headers): number {
  const value = headers.get("retry-after") ?? "";
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return wait > 0 ? wait : 0;
}
