import { describe, expect, test } from "vitest";
import { displayWidth } from "../../src/report/display-width.ts";
import { excerptOf } from "../../src/report/excerpt.ts";
import { file, place, resource } from "./example.ts";

/** The excerpt as text, with the mark below. */
function draw(source: ReturnType<typeof file>, text: string): string[] {
  const { lines, mark } = excerptOf(place(source, text), null);
  const shown = lines.map((line) => `${line.number}|${line.text}`);
  return mark === null ? shown : [...shown, `  ${" ".repeat(mark.indent)}${"^".repeat(mark.width)}`];
}

describe("the place of a finding", () => {
  test("is marked below its line, with the line before", () => {
    expect(draw(file("a.yaml", "spec:", "  mtls: false"), "false")).toEqual([
      "1|spec:",
      "2|  mtls: false",
      "          ^^^^^",
    ]);
  });

  test("is marked rightly with CRLF, tabs and wide characters", () => {
    expect(draw({ path: "a.yaml", text: "a: 1\r\nb:\tx\r\n" }, "x")).toEqual([
      "1|a: 1",
      "2|b:  x",
      "      ^",
    ]);
    const wide = file("a.yaml", "名前: 値 # 😀 e\u0301nd");
    const { lines, mark } = excerptOf(place(wide, "nd"), null);
    expect(displayWidth((lines[0]?.text ?? "").split("nd")[0] ?? "")).toBe(mark?.indent);
  });

  test("marks the first line of a place that spans several, and one column for an empty place", () => {
    const source = file("a.yaml", "spec:", "  a: 1", "  b: 2");
    expect(draw(source, "a: 1\n  b")).toEqual(["1|spec:", "2|  a: 1", "    ^^^^"]);
    const empty = excerptOf({ file: source, start: source.text.length, end: source.text.length }, null);
    expect(empty.mark).toEqual({ indent: 6, width: 1 });
  });

  test("keeps the place in view in a very long line", () => {
    const source = file(
      "a.json",
      `${"a".repeat(30)} `.repeat(200) + "HERE" + ` ${"b".repeat(30)}`.repeat(200),
    );
    const { lines, mark } = excerptOf(place(source, "HERE"), null);
    const text = lines[0]?.text ?? "";
    expect(text.slice(mark?.indent, (mark?.indent ?? 0) + 4)).toBe("HERE");
    expect(displayWidth(text)).toBeLessThanOrEqual(102);
    expect(text.startsWith("…") && text.endsWith("…")).toBe(true);
  });

  test("leaves out a line before that is blank or another document's", () => {
    expect(draw(file("a.yaml", "a: 1", "---", "b: 2"), "b")).toEqual(["3|b: 2", "  ^"]);
    expect(draw(file("a.yaml", "a: 1", "", "b: 2"), "b")).toEqual(["3|b: 2", "  ^"]);
  });

  test("of an empty file shows nothing", () => {
    expect(excerptOf({ file: file("a.yaml", ""), start: 0, end: 0 }, null)).toEqual({
      lines: [],
      mark: null,
    });
  });
});

describe("lines of a Secret", () => {
  const source = file(
    "a.yaml",
    "apiVersion: v1",
    "kind: Secret",
    "metadata:",
    "  name: certs",
    "  annotations:",
    "    note: pass",
    "data:",
    "  name: cGFzcw==",
    "  other: cGFzcw==",
  );

  test("that name it are shown, all else is hidden, data keys stay readable", () => {
    expect(draw(source, "certs")).toEqual(["3|metadata:", "4|  name: certs", "          ^^^^^"]);
    expect(draw(source, "pass")).toEqual(["5|  annotations:", "6|    (hidden)"]);
    const owner = resource(source, "v1", "Secret", null, "certs", { data: { name: "", other: "" } });
    const { lines, mark } = excerptOf(place(source, "cGFzcw==", 1), owner);
    expect(lines.map((line) => line.text)).toEqual(["  name: (hidden)", "  other: (hidden)"]);
    expect(mark).toBeNull();
  });

  test("are told in JSON and flow style too", () => {
    const flow = file("a.json", '{"kind" : "Secret",', '"data": {', '"type": "cGFzcw=="}}');
    expect(draw(flow, "cGFzcw")).toEqual(["2|(hidden)", "3|(hidden)"]);
  });

  test("of other kinds are shown, image digests and long names too", () => {
    const image = `image: quay.io/a/b@sha256:${"0123456789abcdef".repeat(4)}`;
    const name = `name: ${"very-long-name-of-a-service-".repeat(3)}x`;
    expect(draw(file("a.yaml", image), "image")[0]).toBe(`1|${image}`);
    expect(draw(file("a.yaml", name), "name")[0]).toBe(`1|${name}`);
  });
});

describe("keys of a cloud in objects that are no Secrets", () => {
  test.each([
    ["an entry", "  AWS_SECRET_ACCESS_KEY: hunter2"],
    ["an entry in quotes", "  'AZURE_CLIENT_SECRET': 'hunter2'"],
    ["an entry below others", "  AZURE_CLIENT_SECRET: >-\n    hunter2"],
    ["a literal of a generator", "    - AWS_ACCESS_KEY_ID=hunter2"],
    ["a variable", "  - name: AWS_SECRET_ACCESS_KEY\n    value: hunter2"],
    ["a variable in one line", "  - {name: 'AZURE_TENANT_ID', value: hunter2}"],
    ["a mapping in one line", "data: {A: b, AWS_SESSION_TOKEN: hunter2}"],
  ])("%s", (_name, lines) => {
    const source = file("a.yaml", ...`kind: ConfigMap\n${lines}\n  VXLAN_PORT: '9000'`.split("\n"));
    expect(draw(source, "VXLAN_PORT").join("\n")).not.toContain("hunter2");
    expect(draw(source, "VXLAN_PORT").join("\n")).toContain("VXLAN_PORT: '9000'");
    expect(draw(source, "hunter2").join("\n")).not.toContain("hunter2");
  });

  test("names of keys alone are shown", () => {
    const source = file("a.yaml", "data:", "  - secretKey: AWS_ACCESS_KEY_ID", "    remoteRef: {key: cloud}");
    expect(draw(source, "cloud")[0]).toBe("2|  - secretKey: AWS_ACCESS_KEY_ID");
  });
});
