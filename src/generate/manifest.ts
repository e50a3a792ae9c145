import { renderScalar } from "../fix/render.ts";

/** A file of a generated folder; its path is relative to the folder. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

function listAt(items: readonly string[], before: string): string {
  const indent = /[^\n]*$/.exec(before)?.[0] ?? "";
  return items.map((item) => `- ${renderScalar(item)}`).join(`\n${indent}`);
}

/**
 * A template for manifests. What is put in becomes a scalar, in quotes where YAML needs them, or the items of a
 * list at the column where it stands: no value can change the shape of the document.
 */
export function manifest(
  strings: TemplateStringsArray,
  ...values: readonly (string | readonly string[])[]
): string {
  const [head = "", ...rest] = strings;
  return rest.reduce(
    (text, part, index) => {
      const value = values[index] ?? "";
      return text + (typeof value === "string" ? renderScalar(value) : listAt(value, text)) + part;
    },
    head.replace(/^\n/, ""),
  );
}

/** Documents as one file. */
export function documents(...texts: readonly string[]): string {
  return texts.join("---\n");
}
