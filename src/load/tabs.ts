import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { columnOf, indentOf } from "./columns.ts";
import { type ScalarEvent, type YamlEvent, YamlError } from "./events.ts";

/**
 * Refuses tabs before the content of a line where kubectl's reader does (gopkg.in/yaml.v2 scannerc.go: "found a tab
 * character that violates indentation"); js-yaml takes some of them for white space. Throws {@link YamlError}.
 */
export function refuseTabLines(text: string, events: readonly YamlEvent[]): void {
  if (!text.includes("\t")) return;
  const walk = new TabWalk(text, events);
  for (const match of text.matchAll(/^( *(?:[-?] *)*)\t/gm)) {
    const tab = match.index + (match[1] ?? "").length;
    if (!walk.allows(tab)) {
      throw new YamlError("found a tab character that violates indentation", tab, tab + 1);
    }
  }
}

/** Goes through the events once, for tabs in their order. */
class TabWalk {
  readonly #text: string;
  readonly #events: readonly YamlEvent[];
  readonly #open: boolean[] = [];
  #next = 0;
  #flowDepth = 0;
  /** The last node before the tab, if it is a scalar. */
  #scalar: ScalarEvent | null = null;
  #nextContent = 0;

  constructor(text: string, events: readonly YamlEvent[]) {
    this.#text = text;
    this.#events = events;
  }

  allows(tab: number): boolean {
    for (
      let event = this.#events[this.#next];
      event && startOf(event) <= tab;
      event = this.#events[this.#next]
    ) {
      this.#pass(event);
      this.#next++;
    }
    if (this.#flowDepth > 0) return true;
    if (this.#scalar) {
      const { style, valueStart, valueEnd } = this.#scalar;
      if (style === SCALAR_STYLE.PLAIN) {
        if (columnOf(this.#text, tab) > indentOf(this.#text, valueStart)) return true;
      } else if (tab < valueEnd) return true;
    }
    return this.#isBeforeBracket(tab);
  }

  #pass(event: YamlEvent): void {
    if (event.type === EVENT_ID.POP) {
      if (this.#open.pop() === true) this.#flowDepth--;
      return;
    }
    this.#scalar = event.type === EVENT_ID.SCALAR && event.valueStart >= 0 ? event : null;
    if (event.type === EVENT_ID.SCALAR || event.type === EVENT_ID.ALIAS) return;
    const isFlow = event.type !== EVENT_ID.DOCUMENT && event.style === COLLECTION_STYLE.FLOW;
    if (isFlow) this.#flowDepth++;
    this.#open.push(isFlow);
  }

  #isBeforeBracket(tab: number): boolean {
    if (this.#nextContent <= tab) {
      this.#nextContent = tab;
      while (" \t\r\n".includes(this.#text[this.#nextContent] ?? "x")) this.#nextContent++;
    }
    return "]},".includes(this.#text[this.#nextContent] ?? "x");
  }
}

/** Where an event stands; ends and empty scalars belong to what is before them. */
function startOf(event: YamlEvent): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    default:
      return -1;
  }
}
