import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedKn, locateWord } from "../../src/mesh/embedded-scripts.ts";
import { knCommands } from "../../src/mesh/kn-command.ts";
import { shellCommands } from "../../src/mesh/shell.ts";
import { graphOf, only } from "../support/graph.ts";

const words = (script: string) => shellCommands(script).map((command) => command.map((word) => word.text));

describe("the commands of a script", () => {
  it("ends them at line breaks and operators", () => {
    expect(words("a b\nc; d && e | f $(g h) `i`")).toEqual([
      ["a", "b"],
      ["c"],
      ["d"],
      ["e"],
      ["g", "h"],
      ["i"],
      ["f", "$(g h)", "`i`"],
    ]);
  });

  it("takes quotes away and keeps what they hold together", () => {
    expect(words(`kn --a='x y' "b c"d "say \\"hi\\"" e\\ f`)).toEqual([
      ["kn", "--a=x y", "b cd", 'say "hi"', "e f"],
    ]);
  });

  it("reads on after a backslash at the end of a line", () => {
    expect(words("kn service \\\n  create \\\r\n  shop")).toEqual([["kn", "service", "create", "shop"]]);
    expect(words('"a\\\nb"')).toEqual([["ab"]]);
  });

  it("keeps parameters and substitutions inside their words", () => {
    expect(words("kn service create $(params.name) --image=$(params.image):1")).toEqual([
      ["params.name"],
      ["params.image"],
      ["kn", "service", "create", "$(params.name)", "--image=$(params.image):1"],
    ]);
    expect(words("a $((1 + 2)) b; (c d) && e")).toEqual([
      ["1", "+", "2"],
      ["a", "$((1 + 2))", "b"],
      ["c", "d"],
      ["e"],
    ]);
    expect(words("a $(b `c")).toEqual([["c"], ["b", "`c"], ["a", "$(b `c"]]);
  });

  it("leaves here-documents out", () => {
    expect(words("cat <<EOF | oc apply -f -\nkn service create a\nEOF\nb")).toEqual([
      ["cat"],
      ["oc", "apply", "-f", "-"],
      ["b"],
    ]);
    expect(words("cat <<-'END' > f\n\tx\n\tEND\nb <<< c")).toEqual([
      ["cat", ">", "f"],
      ["b", "<<<", "c"],
    ]);
    expect(words('a << "E F"\nx')).toEqual([["a"]]);
    expect(words("a << ;b")).toEqual([["a"], ["b"]]);
    expect(words("a $((1 << 2))\nb").at(-1)).toEqual(["b"]);
  });

  it("leaves comments out, but not a # inside a word", () => {
    expect(words("# kn service create\na#b # c\nd")).toEqual([["a#b"], ["d"]]);
  });

  it("takes quotes that never end to the end of the text", () => {
    expect(words("a 'b c")).toEqual([["a", "b c"]]);
    expect(words('a "b\\')).toEqual([["a", "b\\"]]);
    expect(words("a \\")).toEqual([["a", ""]]);
  });

  it("gives each word the span that it has in the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab \n'\"\\;#-=$()`<".split("")) }), (script) => {
        for (const command of shellCommands(script)) {
          let last = 0;
          for (const word of command) {
            expect(word.start).toBeGreaterThanOrEqual(last);
            expect(word.end).toBeGreaterThan(word.start);
            expect(word.end).toBeLessThanOrEqual(script.length);
            last = word.end;
          }
        }
      }),
    );
  });
});

describe("calls of kn", () => {
  const settings = (script: string) =>
    knCommands(script).flatMap((command) =>
      command.settings.map(({ flag, key, value }) => `${command.verb} ${flag} ${key} ${value}`),
    );

  it("finds every label and annotation with its flag", () => {
    expect(
      settings("kn service create shop --annotation-service a=b --label-revision=c=d=e -a f=g -l h="),
    ).toEqual([
      "create --annotation-service a b",
      "create --label-revision c d=e",
      "create --annotation f g",
      "create --label h ",
    ]);
  });

  it("knows kn by path, behind other words and with global flags", () => {
    expect(settings("if ! /usr/bin/kn --context dev service apply shop -a a=b; then exit 1; fi")).toEqual([
      "apply --annotation a b",
    ]);
    expect(settings("kn ksvc update shop -a a=b")).toEqual(["update --annotation a b"]);
  });

  it("passes over what sets nothing", () => {
    expect(settings("kn service create shop --annotation")).toEqual([]);
    expect(settings("kn service create shop --annotation a- --image x=y")).toEqual([]);
    expect(settings("kn service delete shop -a a=b\nkn service\nkn route list")).toEqual([]);
    expect(settings("oc get service kn")).toEqual([]);
    expect(settings("echo 'kn service create -a a=b'")).toEqual([]);
  });
});

describe("scripts in resources", () => {
  function located(yaml: string): readonly string[] {
    const graph = graphOf(yaml);
    const resource = only(graph, "Task.tekton.dev", "deploy");
    return embeddedKn(resource).flatMap((call) =>
      call.command.settings.map(({ word }) => {
        const { file, start, end } = locateWord(resource, call, word);
        return file.text.slice(start, end);
      }),
    );
  }
  const task = (steps: string) =>
    `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: deploy, namespace: shop}\nspec:\n  steps:\n${steps}`;

  it("places a word where the file has it, the second of two as well", () => {
    const script =
      "    - script: |\n        kn service create a -a x=y\n        kn service create b -a x=y\n";
    expect(located(task(script))).toEqual(["x=y", "x=y"]);
    const graph = graphOf(task(script));
    const resource = only(graph, "Task.tekton.dev", "deploy");
    const starts = embeddedKn(resource).flatMap((call) =>
      call.command.settings.map(({ word }) => locateWord(resource, call, word).start),
    );
    expect(new Set(starts).size).toBe(2);
  });

  it("places a word that the file writes in another way at its field", () => {
    expect(located(task(`    - script: "kn service create a -a x\\u003dy"\n`))).toEqual([
      '"kn service create a -a x\\u003dy"',
    ]);
  });

  it("reads argument lists and shell commands in them", () => {
    expect(located(task("    - command: [kn, service]\n      args: [create, a, -a, x=y]\n"))).toEqual([
      "x=y",
    ]);
    expect(located(task("    - command: [kn, service, create, a, -a, x=y]\n      args: [1]\n"))).toEqual([
      "x=y",
    ]);
    expect(located(task('    - args: ["-c", "kn service create a -a x=y"]\n'))).toEqual(["x=y"]);
    expect(
      located(task("    - image: kn\n      env: [{name: A, value: kn service create a -a x=y}]\n")),
    ).toEqual([]);
  });
});
