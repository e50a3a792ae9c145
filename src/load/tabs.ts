import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { columnOf, indentOf } from "./columns.ts";
import { type YamlEvent, YamlError } from "./events.ts";

/**
 * Refuses tabs before the content of a line where kubectl's reader does (gopkg.in/yaml.v2 scannerc.go: "found a tab character
 * that violates indentation"); js-yaml takes some of them for white space. Throws {@link YamlError}.
 */
export function refuseTabLines(text: string, events: readonly YamlEvent[]): void {
  if (!text.includes("\t")) return;
  for (const match of text.matchAll(/^( *(?:[-?] *)*)\t/gm)) {
    const tab = match.index + (match[1] ?? "").length;
    if (!isAllowed(text, events, tab)) {
      throw new YamlError("found a tab character that violates indentation", tab, tab + 1);
    }
  }
}

function isAllowed(text: string, events: readonly YamlEvent[], tab: number): boolean {
  const open: boolean[] = [];
  let plainStart: number | null = null;
  for (const event of events) {
    if (event.type === EVENT_ID.POP) open.pop();
    else if (event.type === EVENT_ID.SCALAR) {
      if (event.valueStart > tab) break;
      const plain = event.style === SCALAR_STYLE.PLAIN;
      if (!plain && event.valueStart <= tab && tab < event.valueEnd) return true;
      plainStart = plain && event.valueStart >= 0 ? event.valueStart : null;
    } else if (event.type === EVENT_ID.DOCUMENT) open.push(false);
    else if (event.type === EVENT_ID.ALIAS) {
      if (event.anchorStart > tab) break;
    } else {
      if (event.start > tab) break;
      open.push(event.style === COLLECTION_STYLE.FLOW);
    }
  }
  if (open.includes(true) || /^\s*[\]},]/.test(text.slice(tab))) return true;
  return plainStart !== null && columnOf(text, tab) > indentOf(text, plainStart);
}
