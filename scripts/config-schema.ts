import { configJsonSchema } from "../src/config/schema.ts";

/** The text of `schemas/meshlint.schema.json`, made from the table that the check of a config uses. */
export function configSchema(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
