import type { Host } from "../host/host.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { attempts, pauseBefore } from "./retry.ts";

/** Runs `act` again while the registry is only busy or unwell: 429 (after what Retry-After says), 5xx, a broken connection. */
export async function withRegistryRetries<T>(
  host: Host,
  what: string,
  say: (line: string) => void,
  act: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof RegistryError) || !isTransient(error) || tried === attempts) throw error;
      const pause = pauseBefore(host, tried, error.retryAfter);
      say(`${what}: ${error.message}; trying again in ${(pause / 1000).toFixed(1)} s (${tried + 1} of ${attempts})`);
      await host.sleep(pause);
    }
  }
}

function isTransient({ status }: RegistryError): boolean {
  return status === 0 || status === 429 || status >= 500;
}
