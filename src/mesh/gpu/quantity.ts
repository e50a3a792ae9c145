import type { Value } from "../../model/value.ts";

/** Exponent of ten, or of two, that a suffix stands for (Kubernetes documentation, "Quantity"). */
const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binary: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/** What Kubernetes keeps of a quantity at most; larger ones are cut to it. */
const largest = 2n ** 63n - 1n;
const one = 10n ** 9n;

/** Numbers longer than this are beyond any bound. */
const longest = 60;

const grammar = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([KMGTPE]i|[numkMGTPE]?)|[eE]([+-]?\d{1,3}))$/;

/** `digits` × 10^`exponent` in billionths, rounded up as Kubernetes does. */
function billionths(digits: bigint, exponent: number): bigint {
  const shift = exponent + 9;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (digits + divisor - 1n) / divisor;
}

/**
 * A quantity of Kubernetes in billionths, the finest that it keeps: `500m` is 500 000 000. Null for what is no
 * quantity (kubernetes/apimachinery `pkg/api/resource/quantity.go`).
 */
export function quantity(value: Value): bigint | null {
  const scalar = typeof value === "string" || typeof value === "number" || typeof value === "bigint";
  const text = scalar ? String(value) : "";
  if (text.length > longest) return null;
  const parts = grammar.exec(text);
  if (!parts) return null;
  const [, sign, whole = "", fraction = parts[4] ?? "", , suffix = "", exponent] = parts;
  const digits = BigInt(whole + fraction);
  const power = binary[suffix];
  const ten = exponent === undefined ? (decimal[suffix] ?? 0) : Number(exponent);
  const size = billionths(power === undefined ? digits : digits << power, ten - fraction.length);
  const bounded = size > largest * one ? largest * one : size;
  return sign === "-" ? -bounded : bounded;
}

/** The whole number that a quantity is; null if it is none. Kubernetes looks at thousandths, rounded up. */
export function wholeNumber(size: bigint): bigint | null {
  const thousandth = one / 1000n;
  const rounded = ((size + (size > 0n ? thousandth - 1n : 0n)) / thousandth) * thousandth;
  return rounded % one === 0n ? rounded / one : null;
}

/** What is wrong with a number of GPUs, as a clause for messages; null: nothing. */
export function gpuFlaw(value: Value): string | null {
  const size = quantity(value);
  if (size === null) return "is no quantity";
  if (size < 0n) return "is less than nothing";
  if (wholeNumber(size) === null) return "is no whole number, and a GPU cannot be divided";
  return size === 0n ? "asks for no GPU at all" : null;
}
