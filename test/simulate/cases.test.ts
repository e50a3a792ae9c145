import { expect, it } from "vitest";
import { readCases } from "../../src/simulate/cases.ts";

it("reads headers that are no texts as text, whatever keys they have", () => {
  const [read] = readCases(
    [
      {
        from: { external: true, namespace: "shop" },
        to: { namespace: "shop", workload: "orders", port: 8080 },
        request: { headers: { "x-count": 3, "x-odd": { toString: "no function" } } },
      },
    ],
    "cases.yaml",
  );
  expect(read?.call.request.headers).toEqual({ "x-count": "3", "x-odd": '{"toString":"no function"}' });
});
