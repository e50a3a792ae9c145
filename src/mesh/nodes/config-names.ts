import type { Resource } from "../../model/resource.ts";
import type { Flaw } from "./flaw.ts";
import { partsOf } from "./overrides.ts";
import { isShippedConfig } from "./shipped-configs.ts";

const path = ["metadata", "name"];

/**
 * What is wrong with the name of a MachineConfig: names are the order in which MachineConfigs are applied. Kernel
 * arguments are added up, so the order counts for files and units only.
 */
export function nameFlaw(config: Resource): Flaw | null {
  const { name } = config;
  if (isShippedConfig(name))
    return {
      path,
      message: `MachineConfig ${name} is made by an operator, which undoes what is changed in it`,
      advice: "write a MachineConfig of your own, with a name that sorts behind it",
      severity: "error",
    };
  if (/^\d{2}-/.test(name) || partsOf(config).length === 0) return null;
  return {
    path,
    message: /^\d/.test(name)
      ? `${name} sorts before 99-, since names are compared character by character, and loses against it`
      : `${name} begins without two digits, so it sorts behind all MachineConfigs that have them, and wins`,
    advice: `name it 99-${name.replace(/^\d+-/, "")}`,
  };
}
