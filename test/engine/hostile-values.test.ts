import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadFiles } from "../../src/load/load.ts";
import { isList, isMapping, type Path, toJson, type Value } from "../../src/model/value.ts";
import { lintMemory } from "../support/lint.ts";

const folder = fileURLToPath(new URL("../../fixtures/", import.meta.url));

function valuesIn(name: string): readonly Value[] {
  const files = readdirSync(`${folder}${name}`, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.ya?ml$/.test(path) && !path.endsWith("meshtest.yaml"))
    .toSorted()
    .map((path) => ({ path: `${name}/${path}`, text: readFileSync(`${folder}${name}/${path}`, "utf8") }));
  return loadFiles(files).documents.flatMap(({ value }) => (isMapping(value) ? [value] : []));
}

const platform = valuesIn("platform");
const services = valuesIn("app");
/** One document of every kind that a rule has a fixture for. */
const others = [
  ...new Map(
    valuesIn("rules").flatMap((value) =>
      isMapping(value) ? [[`${value["apiVersion"]} ${value["kind"]}`, value]] : [],
    ),
  ).values(),
];
const documents = [...platform, ...services, ...others];

function pathsOf(value: Value, path: Path = []): readonly Path[] {
  const entries: readonly (readonly [string | number, Value])[] = isList(value)
    ? value.map((item, index) => [index, item] as const)
    : isMapping(value)
      ? Object.entries(value)
      : [];
  return [path, ...entries.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function withValue(value: Value, path: Path, replacement: Value): Value {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (isList(value))
    return value.map((item, index) => (index === step ? withValue(item, rest, replacement) : item));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === step ? withValue(item, rest, replacement) : item,
    ]),
  );
}

/** As a parser gives it: keys are data, whatever they are called. */
const hostile = JSON.parse(
  '{ "__proto__": { "polluted": "yes" }, "constructor": "yes", "": null, "toString": {} }',
) as Value;

/** Every scalar replaced, apart from what says which object it is. */
function withScalars(value: Value, replacement: Value, path: Path = []): Value {
  if (["apiVersion", "kind", "metadata.name", "metadata.namespace"].includes(path.join("."))) return value;
  if (isList(value)) return value.map((item, index) => withScalars(item, replacement, [...path, index]));
  if (!isMapping(value)) return replacement;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withScalars(item, replacement, [...path, key])]),
  );
}

/** What a field may hold in a file of somebody who means no good, or no harm. */
const replacements: readonly Value[] = [
  null,
  true,
  0,
  -1.5,
  10n ** 30n,
  "",
  "*",
  "constructor",
  "<placeholder>",
  "${VARIABLE}",
  "\u001b[31m\n::error::\u202e",
  [],
  [null],
  [[], {}, "constructor", 8022],
  {},
  JSON.parse(
    '{ "__proto__": { "polluted": "yes" }, "constructor": "yes", "": null, "toString": {} }',
  ) as Value,
];

/** What sets are found by: a kustomization with all that it may name, and Argo CD's objects. */
const gathering: ReadonlyMap<string, Value> = new Map<string, Value>([
  [
    "overlay/kustomization.yaml",
    {
      namespace: "team-a",
      namePrefix: "a-",
      nameSuffix: "-b",
      commonLabels: { app: "shop" },
      labels: [{ pairs: { app: "shop" }, includeSelectors: true }],
      resources: ["../base", "map.yaml"],
      components: ["../component"],
      patches: [
        { path: "patch.yaml" },
        { patch: "$patch: delete", target: { kind: "ConfigMap", name: "map", group: "", namespace: "x" } },
      ],
      patchesStrategicMerge: ["patch.yaml"],
      patchesJson6902: [{ path: "patch.yaml", target: { kind: "ConfigMap" } }],
      configMapGenerator: [{ files: ["a=b"] }],
      replacements: [{ path: "map.yaml" }],
      helmCharts: [{ name: "chart", valuesFile: "values.yaml" }],
    },
  ],
  ["base/kustomization.yaml", { resources: ["map.yaml"] }],
  ["component/kustomization.yaml", { kind: "Component", namespace: "team-b", namePrefix: "c-" }],
  ...["overlay/map.yaml", "base/map.yaml"].map(
    (path) => [path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" } }] as const,
  ),
  [
    "overlay/patch.yaml",
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" }, data: { a: null }, $patch: "delete" },
  ],
  [
    "argo/application.yaml",
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: { name: "shop" },
      spec: {
        source: {
          path: "overlay",
          kustomize: { namespace: "team-c" },
          directory: { recurse: true, include: "*" },
        },
        destination: { name: "east", server: "https://kubernetes.default.svc", namespace: "team-a" },
      },
    },
  ],
  [
    "argo/applications.yaml",
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "ApplicationSet",
      metadata: { name: "shops" },
      spec: {
        generators: [
          {
            matrix: {
              generators: [{ list: { elements: [{ a: "b" }] } }, { git: { directories: [{ path: "*" }] } }],
            },
          },
          { git: { directories: [{ path: "*", exclude: true }, { path: "base" }] } },
        ],
        template: { metadata: { name: "{{a}}" }, spec: { sources: [{ path: "{{path}}" }], destination: {} } },
      },
    },
  ],
]);

const gatheringSpots = [...gathering].flatMap(([path, value]) => pathsOf(value).map((at) => ({ path, at })));

const spots = documents.flatMap((value, index) => pathsOf(value).map((path) => ({ index, path })));

function lintWith(changes: readonly { readonly spot: number; readonly replacement: Value }[]) {
  const texts = new Map<number, Value>();
  for (const { spot, replacement } of changes) {
    const found = spots[spot];
    if (!found) continue;
    const base = texts.get(found.index) ?? documents[found.index] ?? null;
    texts.set(found.index, withValue(base, found.path, replacement));
  }
  const needed = [...documents.keys()].filter(
    (index) => index < platform.length + services.length || texts.has(index),
  );
  return lintMemory(
    needed.map((index) => ({
      path: `file-${index}.json`,
      text: toJson(texts.get(index) ?? documents[index]),
    })),
  );
}

describe("values of any type at any place", () => {
  it("crash no rule", () => {
    const change = fc.record({
      spot: fc.nat(spots.length - 1),
      replacement: fc.constantFrom(...replacements),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const { crashes } = lintWith(changes);
        expect(crashes.map(({ rule, error }) => `${rule}: ${String(error)}`)).toEqual([]);
      }),
      { numRuns: 30 },
    );
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it.each([
    ["a list", ["constructor"]],
    ["a mapping", hostile],
  ])("crash no rule as all scalars of an object: %s", (_name, value) => {
    for (const [index, document] of platform.entries()) {
      const files = platform.map((other, position) => ({
        path: `file-${position}.json`,
        text: toJson(position === index ? withScalars(document, value) : other),
      }));
      expect(lintMemory(files).crashes).toEqual([]);
    }
  });

  it("crash nothing that finds the sets", () => {
    const change = fc.record({
      spot: fc.nat(gatheringSpots.length - 1),
      replacement: fc.constantFrom(...replacements),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const texts = new Map(gathering);
        for (const { spot, replacement } of changes) {
          const { path, at } = gatheringSpots[spot] ?? { path: "", at: [] };
          texts.set(path, withValue(texts.get(path) ?? null, at, replacement));
        }
        const files = [...texts].map(([path, value]) => ({ path, text: toJson(value) }));
        expect(lintMemory(files).crashes).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
