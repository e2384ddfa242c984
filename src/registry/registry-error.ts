/** TO BE DELETED with src/run: a Refusal as it was once thrown. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter: number = 0,
  ) {
    super(message);
  }
}
