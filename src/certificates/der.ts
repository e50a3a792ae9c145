/**
 * The part of DER (ITU-T X.690) that X.509 certificates are written in: values with short tags and definite lengths.
 * Reads within the bytes that it is given and never recurses, so hostile input costs no more than its length.
 */

/** What is wrong with bytes that should be DER; `message` holds none of them. */
export class DerError extends Error {
  override readonly name = "DerError";
}

export interface DerValue {
  /** The identifier octet: `0x30` is a SEQUENCE, `0xa3` the constructed context tag 3. */
  readonly tag: number;
  readonly content: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

function lengthAt(bytes: Uint8Array, offset: number): { readonly length: number; readonly from: number } {
  const first = bytes[offset];
  if (first === undefined) throw new DerError("is cut off");
  if (first < 0x80) return { length: first, from: offset + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new DerError("has a length that DER does not have");
  let length = 0;
  for (let index = 1; index <= count; index++) {
    const byte = bytes[offset + index];
    if (byte === undefined) throw new DerError("is cut off");
    length = length * 256 + byte;
  }
  return { length, from: offset + 1 + count };
}

/**
 * The values that stand one after the other in some bytes.
 * @throws DerError where the bytes are not whole values
 */
export function derValues(bytes: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const tag = bytes[offset] ?? 0;
    if ((tag & 0x1f) === 0x1f) throw new DerError("has a tag that certificates do not have");
    const { length, from } = lengthAt(bytes, offset + 1);
    if (from + length > bytes.length) throw new DerError("is cut off");
    values.push({ tag, content: bytes.subarray(from, from + length) });
    offset = from + length;
  }
  return values;
}

/** The values inside one of a given tag. */
export function inside(value: DerValue | undefined, tag: number): readonly DerValue[] {
  return derValues(contentOf(value, tag));
}

/** The content of a value that has to have a given tag. */
export function contentOf(value: DerValue | undefined, tag: number): Uint8Array {
  if (value?.tag !== tag) throw new DerError("lacks a part");
  return value.content;
}

/** `1.2.840.113549.1.1.11`. Parts beyond 2^53 are rounded: no algorithm or attribute that is asked for has one. */
export function objectIdentifier(value: DerValue | undefined): string {
  const content = contentOf(value, tags.objectIdentifier);
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (parts.length > 0) parts.push(part);
    else parts.push(Math.min(Math.floor(part / 40), 2), part - 40 * Math.min(Math.floor(part / 40), 2));
    part = 0;
  }
  return parts.join(".");
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Hexadecimal digits of an INTEGER without leading zeros, `0` for zero, with `-` before negative ones. */
export function integerDigits(value: DerValue | undefined): string {
  const content = contentOf(value, tags.integer);
  const [first] = content;
  if (first === undefined) throw new DerError("has a number without digits");
  if (first < 0x80) return hex(content).replace(/^0+(?=.)/, "");
  const size = BigInt(8 * content.length);
  return `-${((1n << size) - BigInt(`0x${hex(content)}`)).toString(16)}`;
}

const decoders: ReadonlyMap<number, string> = new Map([
  [0x0c, "utf-8"],
  [0x12, "latin1"],
  [0x13, "latin1"],
  [0x14, "latin1"],
  [0x16, "latin1"],
  [0x1a, "latin1"],
  [0x1e, "utf-16be"],
]);

/** The text of any of ASN.1's string types; null for other values. */
export function textOf(value: DerValue | undefined): string | null {
  const encoding = value && decoders.get(value.tag);
  if (encoding === undefined) return null;
  if (encoding !== "utf-16be") return new TextDecoder(encoding).decode(value?.content);
  let text = "";
  const { content } = value as DerValue;
  for (let index = 0; index + 1 < content.length; index += 2)
    text += String.fromCharCode((content[index] ?? 0) * 256 + (content[index + 1] ?? 0));
  return text;
}

const utcTime = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** The moment of a UTCTime or GeneralizedTime, in the forms that RFC 5280 allows. */
export function timeOf(value: DerValue | undefined): Date {
  const text = value ? String.fromCharCode(...value.content.subarray(0, 20)) : "";
  const found =
    value?.tag === 0x17 ? utcTime.exec(text) : value?.tag === 0x18 ? generalizedTime.exec(text) : null;
  if (!found) throw new DerError("has a date that certificates do not have");
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  // RFC 5280: two digits from 50 on mean the last century.
  const century = value?.tag === 0x18 ? 0 : year >= 50 ? 1900 : 2000;
  const date = new Date(0);
  date.setUTCFullYear(century + year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  if (
    date.getUTCMonth() !== month - 1 ||
    date.getUTCDate() !== day ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  )
    throw new DerError("has a date that does not exist");
  return date;
}
