import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendItem, quoteScalar, removeItem, removeKey, renameKey, setValue } from "../../src/fix/edits.ts";
import { doubleQuoted, needsNoQuotes, renderFlow, renderScalar } from "../../src/fix/render.ts";
import { isList, isMapping, type Path } from "../../src/model/value.ts";
import { edited, resource, valueOf } from "./shared.ts";

type Mutable = null | boolean | number | string | Mutable[] | { [key: string]: Mutable };

const words = fc.oneof(
  fc.constantFrom(
    "a",
    "team-a",
    "true",
    "on",
    "1.30",
    "x: y",
    "it's",
    'say "x"',
    "# no",
    "a #b",
    "",
    " ",
    "*",
  ),
  fc.constantFrom(
    "two\nlines",
    "end\n",
    "\n",
    "tab\t",
    "ü",
    "\u2028",
    "-",
    "- a",
    "{}",
    "a, b",
    "@x",
    "10.0.0.1",
  ),
  fc.string({ maxLength: 6 }),
);
const keys = fc.constantFrom("a", "b", "c", "name", "x.y/z", "on", "1", "key with space", "d-e", "__proto__");
const scalars = fc.oneof(words, fc.boolean(), fc.integer({ min: -9, max: 999 }), fc.constant(null));

const { tree } = fc.letrec<{ tree: Mutable; list: Mutable[]; mapping: Record<string, Mutable> }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalars, tie("mapping"), tie("list")),
  list: fc.array(tie("tree"), { maxLength: 3 }),
  mapping: fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
}));
const documents = fc.dictionary(keys, tree, { minKeys: 1, maxKeys: 4 });

/** Writes values in the styles that people use, as a stream of numbers decides. */
class Writer {
  readonly #choices: readonly number[];
  #next = 0;
  #comments = 0;
  readonly #step: number;
  readonly #dash: number;
  readonly lineBreak: string;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
    this.#step = this.#choose(2) === 0 ? 2 : 4;
    this.#dash = this.#choose(2) === 0 ? 0 : this.#step;
    this.lineBreak = this.#choose(3) === 0 ? "\r\n" : "\n";
  }

  #choose(count: number): number {
    const choice = this.#choices[this.#next++ % this.#choices.length] ?? 0;
    return choice % count;
  }

  #comment(): string {
    return this.#choose(4) === 0 ? ` # comment ${this.#comments++}.` : "";
  }

  document(value: Mutable): string {
    const text = this.#lines(value, 0).join(this.lineBreak);
    return this.#choose(3) === 0 ? text : text + this.lineBreak;
  }

  #lines(value: Mutable, column: number): string[] {
    const indent = " ".repeat(column);
    const lines: string[] = [];
    const between = () => {
      if (this.#choose(6) === 0) lines.push(`${indent}# comment ${this.#comments++}.`);
      if (this.#choose(8) === 0) lines.push("");
    };
    if (Array.isArray(value)) {
      for (const item of value) {
        between();
        if (isLeaf(item) || this.#choose(4) > 0) lines.push(...this.#tail(`${indent}-`, item, column, 2));
        else {
          const [first = "", ...rest] = this.#lines(item, column + 2);
          lines.push(`${indent}- ${first.slice(column + 2)}`, ...rest);
        }
      }
      return lines;
    }
    for (const [key, item] of Object.entries(value as Record<string, Mutable>)) {
      between();
      const inner = Array.isArray(item) ? this.#dash : this.#step;
      lines.push(...this.#tail(`${indent}${this.#key(key)}:`, item, column, inner));
    }
    return lines;
  }

  #tail(head: string, value: Mutable, column: number, inner: number): string[] {
    if (value === null && this.#choose(2) === 0) return [head + this.#comment()];
    if (typeof value === "string" && this.#choose(2) === 0) {
      const block = blockScalar(value, column + (inner === 0 ? 2 : inner));
      if (block) return [`${head} ${block.header}${this.#comment()}`, ...block.lines];
    }
    if (isLeaf(value) || this.#choose(4) === 0) return [`${head} ${this.#flow(value)}${this.#comment()}`];
    if (this.#choose(8) === 0)
      return [head + this.#comment(), " ".repeat(column + 2) + this.#flow(value) + this.#comment()];
    return [head + this.#comment(), ...this.#lines(value, column + inner)];
  }

  #key(key: string): string {
    const choice = this.#choose(4);
    if (choice === 0) return doubleQuoted(key);
    if (choice === 1) return `'${key}'`;
    return renderScalar(key);
  }

  #flow(value: Mutable): string {
    if (Array.isArray(value))
      return this.#brackets(
        "[",
        value.map((item) => this.#flow(item)),
        "]",
      );
    if (isMapping(value)) {
      const entries = Object.entries(value as Record<string, Mutable>);
      return this.#brackets(
        "{",
        entries.map(([key, item]) => `${this.#key(key)}: ${this.#flow(item)}`),
        "}",
      );
    }
    if (typeof value !== "string") return String(value);
    const choice = this.#choose(3);
    if (choice === 0) return doubleQuoted(value);
    if (choice === 1 && /^[ -~ü]*$/.test(value)) return `'${value.replaceAll("'", "''")}'`;
    return needsNoQuotes(value) ? value : doubleQuoted(value);
  }

  #brackets(open: string, items: string[], close: string): string {
    const space = this.#choose(2) === 0 ? " " : "";
    const comma = items.length > 0 && this.#choose(6) === 0 ? "," : "";
    return open + space + items.join(`,${this.#choose(5) === 0 ? "" : " "}`) + comma + space + close;
  }
}

function isLeaf(value: Mutable): boolean {
  return typeof value !== "object" || value === null || Object.keys(value).length === 0;
}

function blockScalar(value: string, column: number): { header: string; lines: string[] } | null {
  if (!/^[!-~][ -~]*(\n[!-~][ -~]*)*\n*$/.test(value)) return null;
  const body = value.replace(/\n+$/, "");
  const breaks = value.length - body.length;
  const lines = body.split("\n").map((line) => " ".repeat(column) + line);
  if (breaks < 2) return { header: breaks === 0 ? "|-" : "|", lines };
  return { header: "|+", lines: [...lines, ...Array.from({ length: breaks - 1 }, () => "")] };
}

/** All paths of a value with those of their kind. */
function* pathsOf(value: Mutable, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value))
    yield* pathsOf(item as Mutable, [...path, Array.isArray(value) ? Number(key) : key]);
}

function at(value: Mutable, path: Path): Mutable | undefined {
  let here: Mutable | undefined = value;
  for (const step of path)
    here =
      typeof here === "object" && here !== null && Object.hasOwn(here, step)
        ? (here as Record<string | number, Mutable>)[step]
        : undefined;
  return here;
}

/** A copy with a change made to the collection that holds the last step of a path. */
function changed(
  value: Mutable,
  path: Path,
  change: (parent: Mutable, last: string | number) => void,
): Mutable {
  const copy = structuredClone(value);
  const last = path.at(-1) ?? "";
  change(at(copy, path.slice(0, -1)) ?? null, last);
  return copy;
}

function put(parent: Mutable, key: string | number, value: Mutable): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

const comments = (text: string): readonly string[] => text.match(/# comment \d+\./g) ?? [];

const cases = fc
  .record({
    value: documents,
    choices: fc.array(fc.nat(1000), { minLength: 20, maxLength: 40 }),
    pick: fc.nat(1000),
    replacement: fc.oneof(
      scalars,
      fc.array(words, { maxLength: 2 }),
      fc.dictionary(keys, words, { maxKeys: 2 }),
    ),
  })
  .map(({ value, choices, pick, replacement }) => {
    const text = new Writer(choices).document(value);
    const paths = [...pathsOf(value)];
    return {
      value: value as Mutable,
      text,
      path: paths[pick % paths.length] ?? [],
      replacement: replacement as Mutable,
    };
  });

const runs = { numRuns: 1000 };

describe("edits of any document in any style", () => {
  it("starts from a text that says the value", () => {
    fc.assert(
      fc.property(cases, ({ value, text }) => {
        expect(valueOf(text)).toEqual(value);
      }),
      runs,
    );
  });

  it("setValue gives a field its value and keeps every comment", () => {
    fc.assert(
      fc.property(cases, ({ value, text, path, replacement }) => {
        const result = edited(text, setValue(resource(text), path, replacement));
        const before = at(value, path) ?? null;
        if (result === null) {
          const scalar = typeof replacement !== "object" || replacement === null;
          expect(isLeaf(before) && scalar).toBe(false);
          return;
        }
        expect(valueOf(result)).toEqual(
          changed(value, path, (parent, last) => put(parent, last, replacement)),
        );
        expect(comments(result)).toEqual(comments(text));
      }),
      runs,
    );
  });

  it("setValue adds a key and keeps all that was there", () => {
    fc.assert(
      fc.property(cases, fc.nat(2), ({ value, text, path, replacement }, deep) => {
        const target = [...path, "new-a", "new-b", "new-c"].slice(0, path.length + 1 + deep);
        const added = target
          .slice(path.length + 1)
          .reduceRight<Mutable>((inner, step) => ({ [String(step)]: inner }), replacement);
        const result = edited(text, setValue(resource(text), target, replacement));
        const before = at(value, path) ?? null;
        if (result === null) {
          expect(isMapping(before) && text.endsWith("\n")).toBe(false);
          return;
        }
        const expected = changed(value, path, (parent, last) => {
          const now = at(parent, [last]) ?? {};
          put(now, "new-a", added);
          put(parent, last, now);
        });
        expect(valueOf(result)).toEqual(expected);
        expect(comments(result)).toEqual(comments(text));
      }),
      runs,
    );
  });

  it("appendItem adds an item and keeps all that was there", () => {
    fc.assert(
      fc.property(cases, ({ value, text, path, replacement }) => {
        const result = edited(text, appendItem(resource(text), path, replacement));
        const before = at(value, path) ?? null;
        if (result === null) {
          expect(Array.isArray(before) && text.endsWith("\n")).toBe(false);
          return;
        }
        const expected = changed(value, path, (parent, last) =>
          put(parent, last, [...(Array.isArray(before) ? before : []), replacement]),
        );
        expect(valueOf(result)).toEqual(expected);
        expect(comments(result)).toEqual(comments(text));
      }),
      runs,
    );
  });

  it("removeKey and removeItem take away one entry", () => {
    fc.assert(
      fc.property(cases, ({ value, text, path }) => {
        const key = typeof path.at(-1) === "string";
        const result = edited(text, (key ? removeKey : removeItem)(resource(text), path));
        if (result === null) {
          expect(/\|\+|comment/.test(text)).toBe(true);
          return;
        }
        const expected = changed(value, path, (parent, last) => {
          if (Array.isArray(parent)) parent.splice(Number(last), 1);
          else if (isMapping(parent)) delete (parent as Record<string | number, Mutable>)[last];
        });
        expect(valueOf(result)).toEqual(expected);
        const kept = comments(result);
        expect(comments(text).filter((comment) => kept.includes(comment))).toEqual(kept);
      }),
      runs,
    );
  });

  it("renameKey changes the key alone", () => {
    fc.assert(
      fc.property(cases, words, ({ value, text, path }, name) => {
        const last = path.at(-1);
        fc.pre(typeof last === "string" && at(value, [...path.slice(0, -1), name]) === undefined);
        const result = edited(text, renameKey(resource(text), path, name));
        expect(result).not.toBeNull();
        const expected = changed(value, path, (parent, old) => {
          put(parent, name, at(parent, [old]) ?? null);
          if (isMapping(parent)) delete (parent as Record<string, Mutable>)[old];
        });
        expect(valueOf(result ?? "")).toEqual(expected);
        expect(comments(result ?? "")).toEqual(comments(text));
      }),
      runs,
    );
  });

  it("quoteScalar makes text of what is written", () => {
    fc.assert(
      fc.property(cases, ({ value, text, path }) => {
        const before = at(value, path) ?? null;
        const result = edited(text, quoteScalar(resource(text), path));
        if (result === null) {
          expect(typeof before === "boolean" || typeof before === "number").toBe(false);
          return;
        }
        expect(valueOf(result)).toEqual(
          changed(value, path, (parent, last) => put(parent, last, String(before))),
        );
      }),
      runs,
    );
  });
});

describe("values as text", () => {
  it("are read back as they were", () => {
    fc.assert(
      fc.property(fc.oneof(words, fc.string({ unit: "binary", maxLength: 8 })), (text) => {
        fc.pre(!/\p{Surrogate}/u.test(text));
        expect(valueOf(`a: ${renderScalar(text)}\n`)).toEqual({ a: text });
        expect(valueOf(`a: ${renderScalar(text, "'")}\n`)).toEqual({ a: text });
        expect(valueOf(`a: ${renderFlow([text, { b: text }], false)}\n`)).toEqual({ a: [text, { b: text }] });
        expect(JSON.parse(renderFlow([text], true))).toEqual([text]);
      }),
      { numRuns: 3000 },
    );
  });

  it("are lists and mappings inside brackets", () => {
    expect(isList(valueOf("[a]") ?? null)).toBe(true);
    expect(renderFlow({ a: [1, { b: "c" }], d: {} }, false)).toBe("{a: [1, {b: c}], d: {}}");
    expect(renderFlow({ a: [1, { b: "c" }], d: {} }, true)).toBe('{"a": [1, {"b": "c"}], "d": {}}');
  });
});
