import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientCall, strayFiles } from "../../src/mesh/client-command.ts";
import { shellCommands } from "../../src/mesh/shell.ts";

const call = (command: string) => {
  const [words] = shellCommands(command);
  return words ? clientCall(words) : null;
};
const stray = (command: string) => {
  const found = call(command);
  return found ? strayFiles(found).map(({ text }) => text) : null;
};

describe("calls of oc and kubectl", () => {
  it("tell the tool, the verb and the files", () => {
    const found = call(
      "/usr/bin/oc --context dev apply -n shop -f a.yaml --filename=b.yaml -fc.yaml -o yaml",
    );
    expect(found?.tool).toBe("oc");
    expect(found?.verb).toBe("apply");
    expect(found?.files.map(({ text }) => text)).toEqual(["a.yaml", "b.yaml", "c.yaml"]);
    expect(found?.others).toEqual([]);
  });

  it.each(["oc get -f a.yaml", "kubectl", "helm apply -f a.yaml", "echo oc apply -f a.yaml", "oc -f"])(
    "passes over %s",
    (command) => {
      expect(call(command)).toBeNull();
    },
  );

  it("leaves open what stands behind a flag that is not known", () => {
    expect(call("oc apply --new b.yaml -f a.yaml")?.others).toBeNull();
    expect(stray("oc apply --new b.yaml -f a.yaml")).toEqual([]);
    expect(stray("oc apply --new=x b.yaml -f a.yaml")).toEqual(["b.yaml"]);
  });
});

describe("files without a flag of their own", () => {
  it.each([
    ["oc apply -f a.yaml b.yaml c.json", ["b.yaml", "c.json"]],
    ["oc apply b.yml -f a.yaml", ["b.yml"]],
    ["kubectl create -R -f dir ./other", ["./other"]],
    ["kubectl apply -f a.yaml https://example.com/b.yaml", ["https://example.com/b.yaml"]],
    ["cat b | kubectl apply -f a.yaml", []],
    ["oc apply -f a.yaml > b.yaml 2>c.yaml >>d.yaml < e.yaml", []],
    ["oc apply -f a.yaml $MORE *.yaml {b,c}.yaml", []],
    ["oc create b.yaml", []],
    ["oc create -f a.yaml secret", []],
  ])("%s", (command, files) => {
    const commands = shellCommands(command).flatMap((words) => clientCall(words) ?? []);
    expect(commands.flatMap((one) => strayFiles(one).map(({ text }) => text))).toEqual(files);
  });

  it("are never those that have one", () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        expect(stray(`oc apply ${names.map((file) => `-f ${file}.yaml`).join(" ")}`)).toEqual([]);
        const [first = "", ...others] = names;
        const wrong = `oc apply -f ${first}.yaml ${others.map((file) => `${file}.yaml`).join(" ")}`;
        expect(stray(wrong)).toEqual(others.map((file) => `${file}.yaml`));
      }),
    );
  });
});
