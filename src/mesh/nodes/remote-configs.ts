import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Path, type Value, valueAt } from "../../model/value.ts";
import { parseYaml } from "../control-plane-settings.ts";
import { kinds } from "../kinds.ts";
import type { Flaw } from "./flaw.ts";
import { configPath } from "./ignition-parts.ts";

/** The port at which the machine config server answers. */
const serverPort = "22623";
const serverUrl = /^https:\/\/[^/?#]{1,300}:22623(?:[/?#]|$)/i;

/** Sources of other configs that an Ignition config names, with their paths below it. */
function sourcesIn(config: Value | undefined): readonly { readonly path: Path; readonly source: string }[] {
  return ["merge", "append", "replace"].flatMap((key) => {
    const path = ["ignition", "config", key];
    const value = valueAt(config, path);
    const entries = isList(value)
      ? value.map((item, index) => [[...path, index], item] as const)
      : [[path, value] as const];
    return entries.flatMap(([at, entry]) => {
      const source = valueAt(entry, ["source"]);
      return typeof source === "string" && source !== "" ? [{ path: [...at, "source"], source }] : [];
    });
  });
}

const fromServer = (source: string): boolean => isUnknown(source) || serverUrl.test(source);

const advice = `let the source be https, on port ${serverPort} of the internal API address`;

/** Whether a Secret holds what machines get as user data at their first boot. */
export function isUserData(resource: Resource): boolean {
  return resource.kind === kinds.Secret && /(?:^|-)user-data(?:-managed)?$/.test(resource.name);
}

/** The text of user data, in whichever of the two fields it stands; base64 is decoded. */
function userDataOf(secret: Resource): { readonly path: Path; readonly text: string } | null {
  const plain = valueAt(secret.value, ["stringData", "userData"]);
  if (typeof plain === "string") return { path: ["stringData", "userData"], text: plain };
  const encoded = valueAt(secret.value, ["data", "userData"]);
  if (typeof encoded !== "string" || !/^[\w+/=\s]{1,100000}$/.test(encoded)) return null;
  try {
    return { path: ["data", "userData"], text: atob(encoded) };
  } catch {
    return null;
  }
}

/** Configs that a MachineConfig or user data fetch from elsewhere than the machine config server. */
export function remoteConfigFlaws(resource: Resource): readonly Flaw[] {
  if (!isUserData(resource))
    return sourcesIn(valueAt(resource.value, configPath))
      .filter(({ source }) => !fromServer(source) && !source.startsWith("data:"))
      .map(({ path }) => ({
        path: [...configPath, ...path],
        message: `the config that this one refers to is not fetched by https from port ${serverPort} of the machine config server`,
        advice,
        severity: "info",
      }));
  const data = userDataOf(resource);
  const config = data && parseYaml(data.text);
  if (!data || !isMapping(config)) return [];
  return sourcesIn(config).some(({ source }) => !fromServer(source))
    ? [
        {
          path: data.path,
          message: `the user data points machines to a config that is not fetched by https from port ${serverPort}`,
          advice,
          severity: "info",
        },
      ]
    : [];
}
