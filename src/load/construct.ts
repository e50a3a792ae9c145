import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from "js-yaml";
import type { Notice } from "../model/document.ts";
import type { Value } from "../model/value.ts";
import {
  type AliasEvent,
  afterNode,
  type CollectionEvent,
  none,
  type ScalarEvent,
  scalarSpan,
  scalarText,
  type YamlEvent,
  YamlError,
} from "./events.ts";
import { isSurelyString, type Reading } from "./scalar.ts";
import { errorAt, readKey, readScalar, tagOf } from "./scalar-node.ts";

interface Anchor {
  /** Undefined while the anchored node is still being read. */
  value: Value | undefined;
  /** Nodes in it, aliases counted as what they stand for. */
  size: number;
  mapping: boolean;
}

/** What a document says, notices at offsets of the parsed text. */
export interface Constructed {
  readonly value: Value;
  readonly notices: readonly Notice[];
  /** Index of the event behind the document. */
  readonly next: number;
}

type MutableMapping = Record<string, Value>;

/** Further duplicate keys of a document go unsaid: finding the first of each costs a walk. */
const mostNotices = 200;

/** Implicit keys may be this long (libyaml and gopkg.in/yaml.v2, simple keys). */
const longestKey = 1024;

/** The value of the document that begins at event 0, as kubectl would send it. Throws {@link YamlError}. */
export function construct(text: string, events: readonly YamlEvent[], json: boolean): Constructed {
  return new Construction(text, events, json).document();
}

class Construction {
  readonly #text: string;
  readonly #events: readonly YamlEvent[];
  readonly #json: boolean;
  /** Whether the text has anything that js-yaml takes and kubectl may refuse; hardly any document does. */
  readonly #isSuspicious: boolean;
  #flowDepth = 0;
  readonly #notices: Notice[] = [];
  readonly #path: (string | number)[] = [];
  #anchors: Map<string, Anchor> | null = null;
  #index = 1;
  /** Nodes read, aliases counted as what they stand for. */
  #nodes = 0;
  #aliased = 0;

  constructor(text: string, events: readonly YamlEvent[], json: boolean) {
    this.#text = text;
    this.#events = events;
    this.#json = json;
    this.#isSuspicious = !json && (text.includes("\\/") || text.includes("\\u") || text.includes("?"));
  }

  document(): Constructed {
    const value = this.#node();
    return { value, notices: this.#notices, next: this.#index + 1 };
  }

  #node(): Value {
    this.#nodes++;
    const event = this.#events[this.#index++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#scalar(event);
      case EVENT_ID.MAPPING:
        return this.#collection(event, true);
      case EVENT_ID.SEQUENCE:
        return this.#collection(event, false);
      case EVENT_ID.ALIAS:
        return this.#alias(event).value;
      default:
        throw new YamlError("unexpected end of the document", this.#text.length, this.#text.length);
    }
  }

  #scalar(event: ScalarEvent): Value {
    if (event.tagStart === none) {
      if (this.#isSuspicious) this.#refuse(event);
      const text = scalarText(this.#text, event);
      if (event.style !== SCALAR_STYLE.PLAIN || isSurelyString(text)) {
        if (event.anchorStart !== none) this.#keepScalar(event, text);
        return text;
      }
    }
    const reading = readScalar(this.#text, event);
    const { value } = reading;
    if (reading.kind === "float" && !Number.isFinite(reading.value)) {
      const shown = Number.isNaN(reading.value) ? "NaN" : reading.value > 0 ? "+Inf" : "-Inf";
      throw errorAt(`unsupported value: ${shown}`, event);
    }
    if (reading.kind === "bool" || reading.kind === "int") this.#noticeSurprise(event, reading);
    if (event.anchorStart !== none) this.#keepScalar(event, value);
    return value;
  }

  /** JSON may escape a slash and halves of a character, and a newer YAML takes `?` inside words in brackets. */
  #refuse(event: ScalarEvent): void {
    if (event.style === SCALAR_STYLE.PLAIN && this.#flowDepth > 0) {
      const mark = this.#text.slice(event.valueStart, event.valueEnd).indexOf("?");
      const at = event.valueStart + mark;
      if (mark !== -1)
        throw new YamlError("a ? in brackets needs quotes: kubectl ends the value there", at, at + 1);
    }
    if (event.style !== SCALAR_STYLE.DOUBLE_QUOTED) return;
    const written = this.#text.slice(event.valueStart, event.valueEnd);
    for (let back = written.indexOf("\\"); back !== -1; back = written.indexOf("\\", back + 2)) {
      const at = event.valueStart + back;
      const escape = written.slice(back + 1, back + 4);
      if (/^(?:\/|u[dD][89a-fA-F])/.test(escape))
        throw new YamlError("found unknown escape character", at, at + 2);
    }
  }

  /** Words and octal numbers that only YAML 1.1 reads so; file modes are meant to be octal. */
  #noticeSurprise(event: ScalarEvent, reading: Reading): void {
    if (event.tagStart !== none || event.style !== SCALAR_STYLE.PLAIN) return;
    const written = scalarText(this.#text, event);
    if (reading.kind === "int") {
      const field = this.#path.at(-1);
      if (!/^[-+]?0[0-7]+$/.test(written) || Number(written) === Number(reading.value)) return;
      if (field === "mode" || field === "defaultMode") return;
    } else if (reading.kind !== "bool" || !reading.word) return;
    const at = { start: event.valueStart, end: event.valueEnd };
    this.#notices.push({ kind: "yaml11-surprise", at, path: [...this.#path], written, read: reading.value });
  }

  #collection(event: CollectionEvent, mapping: boolean): Value {
    if (event.tagStart !== none) tagOf(this.#text, event);
    const before = this.#nodes;
    const anchor = event.anchorStart === none ? null : this.#openAnchor(event, mapping);
    if (event.style === COLLECTION_STYLE.FLOW) this.#flowDepth++;
    const value = mapping ? this.#mapping() : this.#sequence();
    if (event.style === COLLECTION_STYLE.FLOW) this.#flowDepth--;
    if (anchor) {
      anchor.value = value;
      anchor.size = this.#nodes - before + 1;
    }
    return value;
  }

  #sequence(): Value {
    const items: Value[] = [];
    while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
      this.#path.push(items.length);
      items.push(this.#node());
      this.#path.pop();
    }
    this.#index++;
    return items;
  }

  #mapping(): Value {
    const first = this.#index;
    const result: MutableMapping = {};
    while (true) {
      const event = this.#events[this.#index];
      if (event?.type === EVENT_ID.POP) break;
      const keyIndex = this.#index;
      const key = this.#key(event);
      if (key === null) {
        this.#merge(result);
        continue;
      }
      this.#path.push(key);
      if (Object.hasOwn(result, key)) this.#noticeDuplicate(first, keyIndex, key);
      if (event?.type === EVENT_ID.SCALAR && (key === "true" || key === "false")) {
        this.#noticeSurprise(event, readScalar(this.#text, event));
      }
      define(result, key, this.#node());
      this.#path.pop();
    }
    this.#index++;
    return result;
  }

  /** The key at the current event; null for a merge key. */
  #key(event: YamlEvent | undefined): string | null {
    if (event?.type === EVENT_ID.SCALAR) {
      this.#index++;
      this.#nodes++;
      if (this.#isSuspicious) this.#refuse(event);
      if (event.valueEnd - event.valueStart > longestKey) this.#checkKeyLength(event);
      if (event.anchorStart !== none) this.#keepScalar(event, readScalar(this.#text, event).value);
      return readKey(this.#text, event);
    }
    if (event?.type === EVENT_ID.ALIAS) {
      this.#index++;
      this.#nodes++;
      const { value } = this.#alias(event);
      if (typeof value !== "object") return String(value);
    }
    const span = nodeSpan(event);
    throw new YamlError("invalid map key: only a scalar can be a key", span.start, span.end);
  }

  #checkKeyLength(event: ScalarEvent): void {
    const before = this.#text.slice(0, event.valueStart).trimEnd();
    if (this.#json || /(?:^|\s)\?$/.test(before.slice(-2))) return;
    throw errorAt("mapping values are not allowed in this context: the key is longer than 1024", event);
  }

  #noticeDuplicate(first: number, second: number, key: string): void {
    if (this.#notices.length >= mostNotices) return;
    for (let index = first; index < second; index = afterNode(this.#events, afterNode(this.#events, index))) {
      const event = this.#events[index];
      if (event?.type !== EVENT_ID.SCALAR || readKey(this.#text, event) !== key) continue;
      const at = nodeSpan(this.#events[second]);
      this.#notices.push({ kind: "duplicate-key", key, at, first: nodeSpan(event), path: [...this.#path] });
      return;
    }
  }

  /** A merge puts its keys in at its own place: keys that follow win over it, and it wins over those before. */
  #merge(into: MutableMapping): void {
    const event = this.#events[this.#index];
    const isMapping = event?.type === EVENT_ID.MAPPING;
    if (event?.type === EVENT_ID.SEQUENCE) {
      this.#nodes++;
      this.#index++;
      const sources: Value[] = [];
      while (this.#events[this.#index]?.type !== EVENT_ID.POP) sources.push(this.#mergeSource());
      this.#index++;
      for (const source of sources.toReversed()) assign(into, source);
    } else if (isMapping || event?.type === EVENT_ID.ALIAS) assign(into, this.#mergeSource());
    else this.#failMerge(event);
  }

  #mergeSource(): Value {
    const event = this.#events[this.#index];
    if (event?.type === EVENT_ID.ALIAS) {
      this.#index++;
      this.#nodes++;
      const anchor = this.#alias(event);
      if (!anchor.mapping) this.#failMerge(event);
      return anchor.value;
    }
    if (event?.type !== EVENT_ID.MAPPING) this.#failMerge(event);
    return this.#node();
  }

  #failMerge(event: YamlEvent | undefined): never {
    const span = nodeSpan(event);
    throw new YamlError("map merge requires map or sequence of maps as the value", span.start, span.end);
  }

  #openAnchor(event: CollectionEvent, mapping: boolean): Anchor {
    const anchor: Anchor = { value: undefined, size: 1, mapping };
    this.#setAnchor(event, anchor);
    return anchor;
  }

  #keepScalar(event: ScalarEvent, value: Value): void {
    this.#setAnchor(event, { value, size: 1, mapping: false });
  }

  #setAnchor(event: ScalarEvent | CollectionEvent, anchor: Anchor): void {
    this.#anchors ??= new Map();
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), anchor);
  }

  #alias(event: AliasEvent): { readonly value: Value; readonly mapping: boolean } {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    const anchor = this.#anchors?.get(name);
    const [start, end] = [event.anchorStart - 1, event.anchorEnd];
    if (!anchor) throw new YamlError(`unknown anchor '${name}' referenced`, start, end);
    const { value, mapping, size } = anchor;
    if (value === undefined) throw new YamlError(`anchor '${name}' value contains itself`, start, end);
    this.#nodes += size;
    this.#aliased += size;
    if (this.#aliased > 100 && this.#nodes > 1000 && this.#aliased / this.#nodes > aliasShare(this.#nodes)) {
      throw new YamlError("document contains excessive aliasing", start, end);
    }
    return { value, mapping };
  }
}

/** How much of a document may come from aliases (gopkg.in/yaml.v2 decode.go, allowedAliasRatio). */
function aliasShare(nodes: number): number {
  if (nodes <= 400_000) return 0.99;
  if (nodes >= 4_000_000) return 0.1;
  return 0.99 - (0.89 * (nodes - 400_000)) / 3_600_000;
}

function nodeSpan(event: YamlEvent | undefined): { start: number; end: number } {
  if (event?.type === EVENT_ID.SCALAR) return scalarSpan(event) ?? { start: 0, end: 0 };
  if (event?.type === EVENT_ID.ALIAS) return { start: event.anchorStart - 1, end: event.anchorEnd };
  if (event !== undefined && "start" in event) return { start: event.start, end: event.start + 1 };
  return { start: 0, end: 0 };
}

/** Sets an own property whatever its name: `__proto__` is a key like any other. */
function define(target: MutableMapping, key: string, value: Value): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else target[key] = value;
}

function assign(target: MutableMapping, source: Value): void {
  if (typeof source !== "object" || source === null) return;
  for (const [key, value] of Object.entries(source)) define(target, key, value);
}
