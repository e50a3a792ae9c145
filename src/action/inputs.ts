import { formatNames, type FormatName } from "../cli/flags.ts";
import { severities } from "../model/finding.ts";
import { UsageError } from "../model/errors.ts";
import { suggestion } from "../model/nearest.ts";
import type { FailOn } from "../report/summary.ts";

/** The Action's inputs, checked. */
export interface Inputs {
  readonly paths: readonly string[];
  readonly config: string | null;
  /** The file of known findings; null: none. */
  readonly baseline: string | null;
  readonly failOn: FailOn;
  /** The report that goes to the log; null: none. */
  readonly format: FormatName | null;
  readonly sarifFile: string | null;
}

/** The names that `action.yml` declares. */
export const inputNames = ["paths", "config", "baseline", "fail-on", "format", "sarif-file"] as const;
export type InputName = (typeof inputNames)[number];

const failOnValues: readonly FailOn[] = [...severities, "never"];
const formatValues = [...formatNames, "none"] as const;

function choice<T extends string>(name: InputName, value: string, values: readonly T[], otherwise: T): T {
  if (value === "") return otherwise;
  const found = values.find((known) => known === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `input ${name} takes ${values.join(", ")}, not "${value}"${suggestion(value, values)}`,
  );
}

/**
 * Reads the inputs through a function that gives an input's text, empty where it was left out.
 *
 * @throws UsageError for a value that an input does not take
 */
export function readInputs(read: (name: InputName) => string): Inputs {
  const text = (name: InputName): string | null => read(name).trim() || null;
  const format = choice("format", read("format").trim(), formatValues, "pretty");
  return {
    paths: read("paths")
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== ""),
    config: text("config"),
    baseline: text("baseline"),
    failOn: choice("fail-on", read("fail-on").trim(), failOnValues, "error"),
    format: format === "none" ? null : format,
    sarifFile: text("sarif-file"),
  };
}
