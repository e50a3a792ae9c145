import { renderBlock } from "../fix/render.ts";
import type { Mapping } from "../model/value.ts";
import { headOf, type Snapshot } from "./snapshot.ts";

const style = { step: 2, dash: 0, lineBreak: "\n", quote: null } as const;

const document = (value: Mapping): string => `${renderBlock(value, 0, style)}\n`;

/** A snapshot as a YAML stream: its head, then an object a document. The same objects give the same bytes. */
export function snapshotText(snapshot: Snapshot): string {
  return [headOf(snapshot), ...snapshot.objects].map(document).join("---\n");
}
