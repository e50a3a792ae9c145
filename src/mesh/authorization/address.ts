/** An address as bits: 32 of IPv4, 128 of IPv6. */
interface Address {
  readonly bits: bigint;
  readonly size: 32 | 128;
}

function parseV4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let bits = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

function parseGroups(text: string): readonly number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const v4 = index === parts.length - 1 && part.includes(".") ? parseV4(part) : null;
    if (v4 !== null) groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

function parseV6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [left, right] = halves.map(parseGroups);
  if (!left || right === null) return null;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...(right ?? [])];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

function parseAddress(text: string): Address | null {
  const v4 = parseV4(text);
  if (v4 !== null) return { bits: v4, size: 32 };
  const v6 = parseV6(text);
  return v6 === null ? null : { bits: v6, size: 128 };
}

/** Whether an address is in a block; false for a text that is no address. */
export type AddressTest = (address: string) => boolean;

/** An IP address or a CIDR block; null for anything else, which the webhook refuses. */
export function addressBlock(text: string): AddressTest | null {
  const [base = "", length, ...more] = text.split("/");
  const block = parseAddress(base);
  if (block === null || more.length > 0) return null;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const prefix = length === undefined ? block.size : Number(length);
  if (prefix > block.size) return null;
  const shift = BigInt(block.size - prefix);
  const wanted = block.bits >> shift;
  return (address) => {
    const actual = parseAddress(address);
    return actual !== null && actual.size === block.size && actual.bits >> shift === wanted;
  };
}
