import type { WrittenConfig } from "./config/schema.ts";

export type { WrittenConfig, WrittenTarget } from "./config/schema.ts";

/** Gives a config in JavaScript or TypeScript its type: `export default defineConfig({ targets: { … } })`. */
export function defineConfig(config: WrittenConfig): WrittenConfig {
  return config;
}
