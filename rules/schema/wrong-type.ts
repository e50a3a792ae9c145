import { quoteScalar, setValue } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Edit, Fix } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { formatPath, valueAt, type Path } from "../../src/model/value.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations, kubernetes } from "../../src/rule/documents.ts";
import { typeAt } from "../../src/schema/describe.ts";
import type { ValueType } from "../../src/schema/schema.ts";
import { hasSchema, schemaKinds, validate } from "../../src/schema/validate.ts";
import { actualWords, typeWords } from "../../src/schema/wording.ts";

/** What these say decides who belongs to the mesh and who may call whom: a person looks at each change. */
const decisive: readonly string[] = [
  kinds.AuthorizationPolicy,
  kinds.NetworkPolicy,
  kinds.PeerAuthentication,
  kinds.ServiceMeshMember,
  kinds.ServiceMeshMemberRoll,
];
const decisiveKeys: readonly string[] = ["autoInject", "automtls", "enabled", "mtls", "manageNetworkPolicy"];

function safetyOf(resource: Resource, path: Path): Fix["safety"] {
  return decisive.includes(resource.kind) || decisiveKeys.includes(String(path.at(-1))) ? "review" : "safe";
}

/** The same value in an expected type, where no other reading is possible. */
function converted(
  resource: Resource,
  path: Path,
  expected: readonly ValueType[],
): { readonly title: string; readonly edits: readonly Edit[] | null; readonly sure: boolean } | null {
  const value = valueAt(resource.value, path);
  if (value === undefined || value === null || resource.kind === kinds.Secret) return null;
  if (typeof value === "string" && expected.includes("boolean") && /^(true|false)$/.test(value))
    return { title: "remove the quotes", edits: setValue(resource, path, value === "true"), sure: true };
  if (typeof value === "string" && expected.includes("integer") && /^(0|[1-9]\d{0,14})$/.test(value))
    return { title: "remove the quotes", edits: setValue(resource, path, Number(value)), sure: true };
  if (typeof value !== "object" && expected.includes("string"))
    return { title: "put the value in quotes", edits: quoteScalar(resource, path), sure: true };
  const items = typeAt(resource.kind, [...path, 0]);
  if (typeof value === "string" && expected.includes("list") && items?.includes("string"))
    return { title: "make it a list of one entry", edits: setValue(resource, path, [value]), sure: false };
  return null;
}

export const rule = defineRule({
  id: "schema/wrong-type",
  summary: "A value has another type than its field, so the API server refuses the object.",
  severity: "error",
  category: "schema",
  documentation: [kubernetes("API concepts, field validation"), integrations("1.4.2")],
  fix: "safe",
  reads: schemaKinds,
  candidates: "each",
  selfContained: true,
  subjects: (graph) =>
    graph.set.resources.filter((resource) => resource.standing === "own" && hasSchema(resource)),
  *check(resource) {
    for (const problem of validate(resource)) {
      if (problem.type !== "wrong-type") continue;
      const { path, expected } = problem;
      const value = valueAt(resource.value, path) ?? null;
      const fix = converted(resource, path, expected);
      const safety = fix?.sure ? safetyOf(resource, path) : "review";
      const message = `${formatPath(path)} is ${actualWords(resource, value)}; ${typeWords(expected)} is expected`;
      yield fail(at(resource, ...path), message, {
        explains: path,
        ...(fix?.edits ? { fix: { title: fix.title, safety, edits: fix.edits } } : {}),
        ...(fix && !fix.edits ? { advice: fix.title } : {}),
        ...(value === null ? { advice: "give the entry a value or remove it" } : {}),
      });
    }
  },
});
