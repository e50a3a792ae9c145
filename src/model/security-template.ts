import { isList, isMapping, toJson, type Value, valueAt } from "./value.ts";

/** The kind that the graph gives to a cloud's template with security groups: no API server knows it. */
export const securityTemplateKind = "SecurityGroupTemplate";

const groups =
  /^(?:AWS::EC2::SecurityGroup(?:Ingress)?|Microsoft\.Network\/networkSecurityGroups(?:\/securityRules)?)$/i;

/** Of peer pods. Templates about anything else are nobody's business here. */
const ports = /\b(?:15150|9000)\b/;

/**
 * Whether a document is a template of a cloud (CloudFormation, or Azure Resource Manager as YAML) that makes security
 * groups with ports that rules look at.
 */
export function isSecurityTemplate(value: Value | undefined): boolean {
  if (!isMapping(value) || Object.hasOwn(value, "kind")) return false;
  const amazon = valueAt(value, ["Resources"]);
  const azure = valueAt(value, ["resources"]);
  const makes = (item: Value, key: string): boolean => {
    const type = valueAt(item, [key]);
    return typeof type === "string" && groups.test(type) && ports.test(toJson(item));
  };
  if (isMapping(amazon)) return Object.values(amazon).some((item) => makes(item, "Type"));
  return isList(azure) && azure.some((item) => makes(item, "type"));
}
