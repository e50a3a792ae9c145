import { type Reading, readPlain } from "./scalar.ts";

const core = "tag:yaml.org,2002:";

/** A tag as written in its short form: `!!int`, `!Ref`, `!`. */
export function shortTag(raw: string): string {
  if (raw.startsWith(`!<${core}`)) return `!!${raw.slice(core.length + 2, -1)}`;
  return raw;
}

/** Whether a tag uses a handle (`!e!x`) that only a %TAG directive could declare; kubectl's reader never sees one. */
export function hasUnknownHandle(raw: string): boolean {
  return /^![\w-]+!/.test(raw);
}

/**
 * Reads a scalar with an explicit tag as gopkg.in/yaml.v2 does (resolve.go): core tags convert or refuse, all other
 * tags are dropped and leave text. Returns null where the text does not fit the tag.
 */
export function readTagged(tag: string, text: string): Reading | null {
  const reading = readPlain(text);
  switch (tag) {
    case "!!bool":
      return reading.kind === "bool" ? { ...reading, word: false } : null;
    case "!!int":
      return reading.kind === "int" ? reading : null;
    case "!!null":
      return reading.kind === "null" ? reading : null;
    case "!!float":
      if (reading.kind === "int") return { kind: "float", value: Number(reading.value) };
      return reading.kind === "float" ? reading : null;
    case "!!timestamp":
      return /^\d{4}-\d\d?-\d\d?(?:$|[Tt\s])/.test(text) ? { kind: "string", value: text } : null;
    case "!!binary":
      return readBinary(text);
    default:
      return { kind: "string", value: text };
  }
}

function readBinary(text: string): Reading | null {
  const compact = text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) return null;
  const bytes = Uint8Array.from(atob(compact), (character) => character.charCodeAt(0));
  return { kind: "string", value: new TextDecoder().decode(bytes) };
}
