import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gpuFlaw, quantity, wholeNumber } from "../../../src/mesh/gpu/quantity.ts";

const one = 10n ** 9n;

describe("quantities", () => {
  it.each([
    ["1", one],
    [1, one],
    [0.5, one / 2n],
    ["500m", one / 2n],
    ["1000m", one],
    ["+2", 2n * one],
    ["-2", -2n * one],
    [".5", one / 2n],
    ["1.", one],
    ["1k", 1000n * one],
    ["1Ki", 1024n * one],
    ["1.5Gi", 3n * 2n ** 29n * one],
    ["1e3", 1000n * one],
    ["2E-1", one / 5n],
    ["1E", 10n ** 18n * one],
    ["3n", 3n],
    // Finer than a billionth: rounded up.
    ["0.1n", 1n],
    [10n ** 17n, 10n ** 17n * one],
    // More than Kubernetes keeps.
    ["1e100", (2n ** 63n - 1n) * one],
    ["-100E", -(2n ** 63n - 1n) * one],
  ])("reads %s", (text, size) => {
    expect(quantity(text)).toBe(size);
  });

  it.each(["", "one", "1 ", "1kb", "--1", "1e9999", "0x10", "1Ki2", ".", "1".repeat(61), true, null, [], {}])(
    "takes %s for no quantity",
    (value) => {
      expect(quantity(value)).toBeNull();
    },
  );

  it("reads every whole number and its thousandths alike", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), (count) => {
        const size = quantity(count.toString());
        expect(size).toBe(count * one);
        expect(quantity(`${count}000m`)).toBe(size);
        expect(quantity(`${count}e0`)).toBe(size);
        expect(wholeNumber(size ?? -1n)).toBe(count);
      }),
    );
  });

  it("keeps the order and the sum of fractions", () => {
    const thousandths = fc.bigInt({ min: 0n, max: 10n ** 9n });
    fc.assert(
      fc.property(thousandths, thousandths, (a, b) => {
        const [x, y] = [quantity(`${a}m`) ?? 0n, quantity(`${b}m`) ?? 0n];
        expect(x < y).toBe(a < b);
        expect(x + y).toBe(quantity(`${a + b}m`));
        expect(wholeNumber(x)).toBe(a % 1000n === 0n ? a / 1000n : null);
      }),
    );
  });

  it("never takes time that grows faster than the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.eE+-mki".split("")) }), (text) => {
        const size = quantity(text);
        if (size !== null) expect(quantity(text.startsWith("-") ? text.slice(1) : text)).not.toBeNull();
      }),
    );
  });

  it("rounds up to thousandths before it asks for a whole number, as Kubernetes does", () => {
    expect(wholeNumber(one - 1n)).toBe(1n);
    expect(wholeNumber(one / 2n)).toBeNull();
    expect(wholeNumber(-one)).toBe(-1n);
  });
});

describe("numbers of GPUs", () => {
  it("are positive whole numbers", () => {
    expect(gpuFlaw(1)).toBeNull();
    expect(gpuFlaw("2000m")).toBeNull();
    expect(gpuFlaw(0)).toContain("no GPU");
    expect(gpuFlaw("-1")).toContain("less");
    expect(gpuFlaw("500m")).toContain("whole");
    expect(gpuFlaw("many")).toContain("no quantity");
  });
});
