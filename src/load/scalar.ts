/** What a plain scalar means. `word` tells that it is a boolean only in YAML 1.1 (`yes`, `off`, `y`). */
export type Reading =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "null"; readonly value: null }
  | { readonly kind: "bool"; readonly value: boolean; readonly word: boolean }
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number };

const nothing: Reading = { kind: "null", value: null };
const yes: Reading = { kind: "bool", value: true, word: false };
const no: Reading = { kind: "bool", value: false, word: false };
const yesWord: Reading = { kind: "bool", value: true, word: true };
const noWord: Reading = { kind: "bool", value: false, word: true };
const infinity: Reading = { kind: "float", value: Infinity };
const minusInfinity: Reading = { kind: "float", value: -Infinity };
const notANumber: Reading = { kind: "float", value: NaN };

const words = new Map<string, Reading>([
  ...each(nothing, "", "~", "null", "Null", "NULL"),
  ...each(yes, "true", "True", "TRUE"),
  ...each(no, "false", "False", "FALSE"),
  ...each(yesWord, "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"),
  ...each(noWord, "n", "N", "no", "No", "NO", "off", "Off", "OFF"),
  ...each(infinity, ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"),
  ...each(minusInfinity, "-.inf", "-.Inf", "-.INF"),
  ...each(notANumber, ".nan", ".NaN", ".NAN"),
]);

function each(reading: Reading, ...texts: readonly string[]): readonly (readonly [string, Reading])[] {
  return texts.map((text) => [text, reading] as const);
}

/** First characters of everything that may be more than a string: `yYnNtTfFoO~+-.` and digits. */
const special = new Uint8Array(128);
for (const character of "yYnNtTfFoO~+-.0123456789") special[character.charCodeAt(0)] = 1;

/** Whether a plain scalar is a string without looking further: the hot path. */
export function isSurelyString(text: string): boolean {
  const first = text.charCodeAt(0);
  return first > 127 || special[first] === 0;
}

/**
 * Reads a plain scalar as gopkg.in/yaml.v2 2.4.0 does (resolve.go): YAML 1.1 booleans, Go's integer prefixes,
 * underscores in numbers; times and dates stay strings, and so do floats beyond the range of a double.
 */
export function readPlain(text: string): Reading {
  if (text.length < 6) {
    const word = words.get(text);
    if (word) return word;
  }
  const first = text.charCodeAt(0);
  if (first === 46) return readDotted(text);
  if ((first >= 48 && first <= 57) || first === 43 || first === 45) return readNumber(text);
  return { kind: "string", value: text };
}

function readDotted(text: string): Reading {
  const isNumber = /^\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?$/.test(text);
  return (isNumber ? readFloat(text.replaceAll("_", "")) : null) ?? { kind: "string", value: text };
}

function readNumber(text: string): Reading {
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  if (/^[-+]?(?:0|[1-9]\d{0,14})$/.test(plain)) return { kind: "int", value: Number(plain) + 0 };
  const integer = readInteger(plain);
  if (integer !== null) return { kind: "int", value: integer };
  const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(plain) ? readFloat(plain) : null;
  return float ?? { kind: "string", value: text };
}

function readFloat(plain: string): Reading | null {
  const value = Number(plain);
  return Number.isFinite(value) ? { kind: "float", value } : null;
}

const least = -(2n ** 63n);
const mostSigned = 2n ** 63n - 1n;
const mostUnsigned = 2n ** 64n - 1n;

/** Go's strconv.ParseInt and ParseUint with base 0; null for anything that does not fit into 64 bits. */
function readInteger(plain: string): number | bigint | null {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/.exec(plain);
  if (!match) return null;
  const [, sign, hexadecimal, binary, octal, decimal] = match;
  const digits =
    hexadecimal !== undefined
      ? `0x${hexadecimal}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : `${decimal}`;
  if (digits.length > 70) return null;
  const value = sign === "-" ? -BigInt(digits) : BigInt(digits);
  if (value < least || value > (sign === "" ? mostUnsigned : mostSigned)) return null;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/**
 * The key that a scalar becomes in JSON (sigs.k8s.io/yaml, convertToJSONableObject); null where kubectl refuses it.
 * Floats are written with the digits of a 32-bit float.
 */
export function keyOf(reading: Reading): string | null {
  switch (reading.kind) {
    case "string":
      return reading.value;
    case "bool":
      return String(reading.value);
    case "int":
      return BigInt(reading.value) > mostSigned ? null : String(reading.value);
    case "float":
      return floatKey(reading.value);
    case "null":
      return null;
  }
}

/** Go's strconv.FormatFloat(value, 'g', -1, 32). */
function floatKey(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? ".inf" : "-.inf";
  let digits = 0;
  while (Math.fround(Number(single.toExponential(digits))) !== single) digits++;
  const shortest = single.toExponential(digits);
  const [mantissa = "", power = ""] = shortest.split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(shortest));
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
