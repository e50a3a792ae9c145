import { CHOMPING_MODE, COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from "js-yaml";
import type { Places } from "../model/document.ts";
import type { Span } from "../model/source.ts";
import type { Path } from "../model/value.ts";
import { type CollectionEvent, none, type ScalarEvent, scalarSpan, type YamlEvent } from "./events.ts";
import { lineStart } from "./columns.ts";
import { readKey } from "./scalar-node.ts";

interface Place {
  readonly value: Span;
  readonly key: Span;
  /** Comes from an alias or a merge key. */
  readonly shared: boolean;
  readonly children: ReadonlyMap<string | number, Place> | null;
}

/** The places of one document: its events are read again on first use, and only then. */
export class DocumentPlaces implements Places {
  readonly #text: string;
  readonly #offset: number;
  readonly #read: () => readonly YamlEvent[];
  #root: Place | null = null;

  constructor(text: string, offset: number, read: () => readonly YamlEvent[]) {
    this.#text = text;
    this.#offset = offset;
    this.#read = read;
  }

  value(path: Path): Span | undefined {
    const place = this.#find(path)?.at(-1);
    return place && this.#shift(place.value);
  }

  key(path: Path): Span | undefined {
    const place = path.length === 0 ? undefined : this.#find(path)?.at(-1);
    return place && this.#shift(place.key);
  }

  shared(path: Path): boolean {
    return this.#find(path)?.some((place) => place.shared) ?? false;
  }

  *paths(): Iterable<Path> {
    const open = [{ path: [] as Path, children: this.#tree().children?.entries() }];
    for (let last = open.at(-1); last; last = open.at(-1)) {
      const next = last.children?.next();
      if (!next || next.done) {
        open.pop();
        continue;
      }
      const [step, place] = next.value;
      const path = [...last.path, step];
      yield path;
      open.push({ path, children: place.children?.entries() });
    }
  }

  #tree(): Place {
    this.#root ??= new PlaceReader(this.#text, this.#read()).root();
    return this.#root;
  }

  /** The places of all steps of a path; undefined if it is absent. */
  #find(path: Path): readonly Place[] | undefined {
    let here: Place | undefined = this.#tree();
    const found = [here];
    for (const step of path) {
      here = here.children?.get(step);
      if (!here) return undefined;
      found.push(here);
    }
    return found;
  }

  #shift(span: Span): Span {
    return { start: span.start + this.#offset, end: span.end + this.#offset };
  }
}

type Node = Omit<Place, "key">;

/** Walks the events of a document that has been read without error. */
class PlaceReader {
  readonly #text: string;
  readonly #events: readonly YamlEvent[];
  readonly #anchors = new Map<string, { readonly node: Node; readonly event: YamlEvent }>();
  #index = 1;
  /** Everything before this offset belongs to nodes that have been read. */
  #cursor = 0;

  constructor(text: string, events: readonly YamlEvent[]) {
    this.#text = text;
    this.#events = events;
    this.#cursor = this.#skipBlank(0);
    if (text.startsWith("---", this.#cursor)) this.#cursor += 3;
  }

  root(): Place {
    const whole = { start: 0, end: this.#text.length };
    if (this.#events.length === 0) return { value: whole, key: whole, shared: false, children: null };
    return { ...this.#node(""), key: whole };
  }

  /** `indicator` is what stands before the node: `:` of a mapping, `-` of a list. */
  #node(indicator: string): Node {
    const event = this.#events[this.#index++];
    if (event?.type === EVENT_ID.SCALAR) {
      const node: Node = { value: this.#scalar(event, indicator), shared: false, children: null };
      this.#keep(event, node);
      return node;
    }
    if (event?.type === EVENT_ID.ALIAS) {
      this.#cursor = event.anchorEnd;
      const anchored = this.#anchors.get(this.#text.slice(event.anchorStart, event.anchorEnd));
      const value = { start: event.anchorStart - 1, end: event.anchorEnd };
      return { value, shared: true, children: anchored?.node.children ?? null };
    }
    return this.#collection(event as CollectionEvent);
  }

  #keep(event: ScalarEvent | CollectionEvent, node: Node): void {
    if (event.anchorStart === none) return;
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), { node, event });
  }

  #scalar(event: ScalarEvent, indicator: string): Span {
    const properties = Math.max(event.tagEnd, event.anchorEnd);
    const from = properties === none ? this.#behind(indicator) : properties;
    const span = scalarSpan(event);
    if (span === null) {
      this.#cursor = from;
      return { start: from, end: from };
    }
    this.#cursor = span.end;
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    return isBlock ? this.#blockScalar(event, this.#skipBlank(from)) : span;
  }

  /** From the header to the end of the last line that counts, its line break left out. */
  #blockScalar(event: ScalarEvent, start: number): Span {
    let end = this.#lineEnd(event.valueEnd);
    while (event.chomping !== CHOMPING_MODE.KEEP && end >= event.valueStart) {
      const line = lineStart(this.#text, end);
      if (end - line > Math.max(event.indent, 0) || this.#text.slice(line, end).trim() !== "") break;
      end = this.#lineEnd(line);
    }
    return { start, end: Math.max(end, start + 1) };
  }

  /** The offset before the line break that ends at `offset`, or `offset` where none does. */
  #lineEnd(offset: number): number {
    if (this.#text.endsWith("\r\n", offset)) return offset - 2;
    const last = this.#text[offset - 1];
    return last === "\n" || last === "\r" ? offset - 1 : offset;
  }

  #collection(event: CollectionEvent): Node {
    this.#cursor = event.start;
    const open = this.#text[event.start];
    const isFlow = event.style === COLLECTION_STYLE.FLOW && (open === "{" || open === "[");
    if (isFlow) this.#cursor++;
    const children =
      event.type === EVENT_ID.MAPPING ? this.#mapping() : this.#list(isFlow || open !== "-" ? "" : "-");
    this.#index++;
    if (isFlow) this.#cursor = this.#behindBracket();
    const value = { start: event.start, end: this.#cursor };
    const node: Node = { value, shared: false, children };
    this.#keep(event, node);
    return node;
  }

  #list(indicator: string): ReadonlyMap<number, Place> {
    const items = new Map<number, Place>();
    while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
      const node = this.#node(indicator);
      items.set(items.size, { ...node, key: node.value });
    }
    return items;
  }

  #mapping(): ReadonlyMap<string, Place> {
    const entries = new Map<string, Place>();
    for (let event = this.#events[this.#index]; event; event = this.#events[this.#index]) {
      if (event.type === EVENT_ID.POP) break;
      const { node, text } = this.#key(event);
      if (text === null) this.#merge(entries);
      else entries.set(text, { ...this.#node(":"), key: node.value });
    }
    return entries;
  }

  #key(event: YamlEvent): { readonly node: Node; readonly text: string | null } {
    const node = this.#node("?");
    const anchored =
      event.type === EVENT_ID.ALIAS
        ? this.#anchors.get(this.#text.slice(event.anchorStart, event.anchorEnd))?.event
        : event;
    return { node, text: readKey(this.#text, anchored as ScalarEvent) };
  }

  #merge(into: Map<string, Place>): void {
    const event = this.#events[this.#index];
    const { children } = this.#node(":");
    const sources =
      event?.type === EVENT_ID.SEQUENCE
        ? Array.from(children?.values() ?? [], (item) => item.children).toReversed()
        : [children];
    for (const source of sources) {
      for (const [key, place] of source ?? []) into.set(String(key), { ...place, shared: true });
    }
  }

  /** The offset behind an indicator that follows what has been read, else where the reading stopped. */
  #behind(indicator: string): number {
    const next = this.#skipBlank(this.#cursor);
    return indicator !== "" && this.#text.startsWith(indicator, next) ? next + 1 : this.#cursor;
  }

  #behindBracket(): number {
    let next = this.#skipBlank(this.#cursor);
    while (this.#text[next] === "," || this.#text[next] === ":") next = this.#skipBlank(next + 1);
    return next + 1;
  }

  /** Skips white space and comments. */
  #skipBlank(from: number): number {
    let here = from;
    while (here < this.#text.length) {
      const character = this.#text[here];
      if (character === "#") {
        while (here < this.#text.length && !/[\r\n]/.test(this.#text[here] ?? "")) here++;
      } else if (character === " " || character === "\t" || character === "\n" || character === "\r") here++;
      else break;
    }
    return here;
  }
}
