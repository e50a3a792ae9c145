import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isMapping, toJson, valueAt } from "../../model/value.ts";
import type { Value } from "../../model/value.ts";
import { oncePerValue } from "../memo.ts";
import type { Flaw } from "./webhook-flaws.ts";

const nothing = (value: Value | undefined): boolean => value === undefined || value === null || value === "";
const known = (value: Value | undefined): value is string =>
  typeof value === "string" && value !== "" && !isUnknown(value);

function* flaws({ name, version, value }: Resource): Generator<Flaw> {
  const spec = valueAt(value, ["spec"]);
  if (!isMapping(spec)) return;
  const { group, scope } = spec;
  const [plural, kind] = ["plural", "kind"].map((key) => valueAt(spec, ["names", key]));
  if (known(plural) && known(group) && !isUnknown(name) && name !== `${plural}.${group}`)
    yield {
      path: ["metadata", "name"],
      message: `a CustomResourceDefinition is named <plural>.<group>, here ${plural}.${group}, not ${name}`,
      advice: `name it ${plural}.${group}`,
      isAbsence: false,
    };
  const path = ["spec", "names"];
  if (known(plural) && !/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(plural))
    yield {
      path: [...path, "plural"],
      message: `plural ${toJson(plural)} is no name of small letters`,
      advice: `write ${plural.toLowerCase()}, in the object's name too`,
      isAbsence: false,
    };
  if (nothing(kind))
    yield {
      path: [...path, "kind"],
      message: `CustomResourceDefinition ${name} does not name the kind`,
      advice: "set spec.names.kind",
      isAbsence: true,
    };
  else if (known(kind) && !/^[A-Za-z](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(kind))
    yield {
      path: [...path, "kind"],
      message: `kind ${toJson(kind)} is no identifier`,
      advice: "write letters and digits, such as Reservation",
      isAbsence: false,
    };
  // v1beta1 took Namespaced where nothing was written.
  if (nothing(scope) && version !== "v1beta1")
    yield {
      path: ["spec", "scope"],
      message: `CustomResourceDefinition ${name} has no scope`,
      advice: "set spec.scope: Namespaced, or Cluster",
      isAbsence: true,
    };
  else if (known(scope) && scope !== "Namespaced" && scope !== "Cluster")
    yield {
      path: ["spec", "scope"],
      message: `scope ${toJson(scope)} is neither Namespaced nor Cluster`,
      advice: "write Namespaced or Cluster",
      isAbsence: false,
    };
}

/**
 * For what the API server refuses a CustomResourceDefinition by its names and scope (kubernetes/kubernetes
 * `staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`).
 */
export const definitionFlaws = oncePerValue((definition: Resource): readonly Flaw[] => [
  ...flaws(definition),
]);
