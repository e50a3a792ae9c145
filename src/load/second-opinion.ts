import { CHOMPING_MODE, COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, type Range, Scalar } from "yaml";
import { none, type ScalarEvent, type YamlEvent } from "./events.ts";

/** Texts beyond this length (UTF-16 units) are not worth a second parser's time. */
const longest = 4 * 1024 * 1024;

/**
 * The events of a text as the `yaml` package understands it: asked where js-yaml refuses what kubectl takes (a closing
 * bracket at its parent's indentation). Null if it refuses too. Loading `yaml` costs about 20 ms: import this file
 * only when a document needs it.
 */
export function secondOpinion(text: string): readonly YamlEvent[] | null {
  if (text.length > longest || isDeep(text)) return null;
  const [document] = parseAllDocuments(text, {
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  if (!document || "empty" in document || document.errors.length > 0) return null;
  const events: YamlEvent[] = [
    { type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] },
  ];
  addNode(text, document.contents, events);
  events.push({ type: EVENT_ID.POP });
  return events;
}

/**
 * Whether a text may nest so deep that `yaml`, which recurses, runs out of stack: Node ends the whole process where
 * that happens inside a regular expression. Brackets are counted wherever they stand.
 */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > 200) return true;
    if (depth < 0) depth = 0;
  }
  return /^[-?:! \t]{400}/m.test(text);
}

const styles = {
  [Scalar.PLAIN]: SCALAR_STYLE.PLAIN,
  [Scalar.QUOTE_SINGLE]: SCALAR_STYLE.SINGLE_QUOTED,
  [Scalar.QUOTE_DOUBLE]: SCALAR_STYLE.DOUBLE_QUOTED,
  [Scalar.BLOCK_LITERAL]: SCALAR_STYLE.LITERAL_BLOCK,
  [Scalar.BLOCK_FOLDED]: SCALAR_STYLE.FOLDED_BLOCK,
} as const;

function addNode(text: string, node: unknown, events: YamlEvent[]): void {
  if (isMap(node)) {
    events.push({ type: EVENT_ID.MAPPING, ...collection(text, node) });
    for (const { key, value } of node.items) {
      addNode(text, key, events);
      addNode(text, value, events);
    }
    events.push({ type: EVENT_ID.POP });
  } else if (isSeq(node)) {
    events.push({ type: EVENT_ID.SEQUENCE, ...collection(text, node) });
    for (const item of node.items) addNode(text, item, events);
    events.push({ type: EVENT_ID.POP });
  } else if (isAlias(node)) {
    const [start, end] = rangeOf(node);
    events.push({ type: EVENT_ID.ALIAS, anchorStart: start + 1, anchorEnd: end });
  } else events.push(isScalar(node) ? scalar(text, node) : empty);
}

const noProperties = { anchorStart: none, anchorEnd: none, tagStart: none, tagEnd: none };

const empty: ScalarEvent = {
  type: EVENT_ID.SCALAR,
  valueStart: none,
  valueEnd: none,
  ...noProperties,
  style: SCALAR_STYLE.PLAIN,
  chomping: CHOMPING_MODE.CLIP,
  indent: none,
  fast: false,
  text: "",
};

function collection(text: string, node: Node & { flow?: boolean }) {
  const [start] = rangeOf(node);
  const style = node.flow === true ? COLLECTION_STYLE.FLOW : COLLECTION_STYLE.BLOCK;
  return { start, ...properties(text, node), style };
}

function scalar(text: string, node: Scalar): ScalarEvent {
  const [start, end] = rangeOf(node);
  const style = styles[node.type as keyof typeof styles] ?? SCALAR_STYLE.PLAIN;
  const quote = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
  const keeps = /^[|>]\d?\+/.test(text.slice(start, start + 3));
  return {
    ...empty,
    ...properties(text, node),
    ...(start === end ? {} : { valueStart: start + quote, valueEnd: end - quote }),
    style,
    chomping: keeps ? CHOMPING_MODE.KEEP : CHOMPING_MODE.CLIP,
    text: String(node.value ?? ""),
  };
}

/** Where the tag and the anchor before a node stand. */
function properties(text: string, node: Node & { anchor?: string; tag?: string }) {
  const found = { ...noProperties };
  let end = rangeOf(node)[0];
  for (;;) {
    const match = /(?:^|[\s,[{])([!&]\S*)\s+$|(?:^|[\s,[{])([!&]\S*)$/.exec(
      text.slice(Math.max(0, end - 400), end),
    );
    const property = match?.[1] ?? match?.[2];
    if (property === undefined || (node.anchor === undefined && node.tag === undefined)) return found;
    const start = text.lastIndexOf(property, end - 1);
    if (property.startsWith("&")) {
      found.anchorStart = start + 1;
      found.anchorEnd = start + property.length;
    } else {
      found.tagStart = start;
      found.tagEnd = start + property.length;
    }
    end = start;
  }
}

function rangeOf(node: Node): Range {
  return node.range ?? [0, 0, 0];
}
