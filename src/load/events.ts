import { EVENT_ID, getScalarValue, type parseEvents, SCALAR_STYLE } from "js-yaml";

type ParserEvent = ReturnType<typeof parseEvents>[number];
export type ScalarEvent = Extract<ParserEvent, { type: typeof EVENT_ID.SCALAR }> & {
  /** The decoded text, where it does not come from js-yaml. */
  readonly text?: string;
};
export type AliasEvent = Extract<ParserEvent, { type: typeof EVENT_ID.ALIAS }>;
export type CollectionEvent = Extract<
  ParserEvent,
  { type: typeof EVENT_ID.MAPPING } | { type: typeof EVENT_ID.SEQUENCE }
>;
/** One step of a parsed document; offsets count from the start of the parsed text, -1 stands for "none". */
export type YamlEvent = Exclude<ParserEvent, { type: typeof EVENT_ID.SCALAR }> | ScalarEvent;

export const none = -1;

/** What is wrong with a document, at offsets of its own text. */
export class YamlError extends Error {
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

export function scalarText(text: string, event: ScalarEvent): string {
  return event.text ?? getScalarValue(text, event);
}

/** Where a node stands, without its tag and anchor. Empty nodes give null: they stand nowhere. */
export function scalarSpan(event: ScalarEvent): { start: number; end: number } | null {
  if (event.valueStart === none) return null;
  const quotes =
    event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
  return { start: event.valueStart - quotes, end: event.valueEnd + quotes };
}

/** The index just behind the node that begins at `index`. */
export function afterNode(events: readonly YamlEvent[], index: number): number {
  let open = 0;
  for (let here = index; here < events.length; here++) {
    const type = events[here]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) open++;
    else if (type === EVENT_ID.POP) open--;
    if (open === 0) return here + 1;
  }
  return events.length;
}
