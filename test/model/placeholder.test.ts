import { describe, expect, it } from "vitest";
import {
  isCapitalsPlaceholder,
  isUnknown,
  placeholderIn,
  placeholderWithin,
} from "../../src/model/placeholder.ts";

describe("placeholders", () => {
  it.each([
    ["<your-istio-namespace>", "placeholder", "<your-istio-namespace>"],
    ["<bootstrap_servers>", "placeholder", "<bootstrap_servers>"],
    [" <name of the app> ", "placeholder", "<name of the app>"],
    ["your-OpenShift-projects", "placeholder", "your-OpenShift-projects"],
    ["wildcard_certs", "placeholder", "wildcard_certs"],
    ["CHANGE_ME", "placeholder", "CHANGE_ME"],
    ["${NS}", "variable", "${NS}"],
    ["app-${ENV:-dev}.example.com", "variable", "${ENV:-dev}"],
    ["$(POD_NAME)", "variable", "$(POD_NAME)"],
    ["{{ .Values.image }}:1", "variable", "{{ .Values.image }}"],
    ["@VERSION@", "variable", "@VERSION@"],
  ])("%j is a %s", (value, kind, token) => {
    expect(placeholderIn(value)).toEqual({ kind, token });
    expect(isUnknown(value)).toBe(true);
  });

  it.each([
    "a",
    "",
    "a < b > c",
    "<",
    "<>",
    "< a >",
    "a@example.com",
    "$5",
    "{a}",
    "wildcard-certs",
    "yours",
    "<a>x",
    5,
    null,
    true,
    [],
    undefined,
  ])("%j is a value", (value) => expect(placeholderIn(value)).toBeNull());

  it("may stand inside a name, host or image", () => {
    expect(placeholderWithin("quay.io/<org>/app")).toEqual({ kind: "placeholder", token: "<org>" });
    expect(placeholderWithin("x-${A}-<b>")).toEqual({ kind: "variable", token: "${A}" });
    expect(placeholderWithin("quay.io/org/app")).toBeNull();
    expect(placeholderWithin(5)).toBeNull();
    expect(isUnknown("<app>.example.com")).toBe(true);
    expect(isUnknown("app.example.com")).toBe(false);
  });

  it("may be words in capitals", () => {
    expect(["MESH3_ISTIO_VERSION", "VERSION", "v1_2", "A_", "_A", 5].map(isCapitalsPlaceholder)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
