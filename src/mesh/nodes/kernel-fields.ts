import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, type Value, valueAt } from "../../model/value.ts";
import type { Flaw } from "./flaw.ts";

const typePath = ["spec", "kernelType"];
const argumentsPath = ["spec", "kernelArguments"];

function typeFlaw(type: Value | undefined): Flaw | null {
  if (type === undefined || type === null || type === "" || isUnknown(type)) return null;
  if (type === "default" || type === "realtime") return null;
  if (type === "64k-pages")
    return {
      path: typePath,
      message: 'kernelType "64k-pages" is newer than the documents, and for ARM alone',
      advice: "use it on nodes of the architecture arm64 only",
      severity: "info",
    };
  const shown = typeof type === "string" ? `"${type}"` : "of this type";
  return {
    path: typePath,
    message: `kernelType ${shown} is neither default nor realtime`,
    advice: "set kernelType: default",
  };
}

/** What is wrong with the kernel's type and arguments in a MachineConfig. */
export function kernelFlaws(config: Resource): readonly Flaw[] {
  const list = valueAt(config.value, argumentsPath);
  const all = isList(list) ? list : [];
  const twice = all.flatMap((argument, index): readonly Flaw[] => {
    const first = all.indexOf(argument);
    if (typeof argument !== "string" || first === index) return [];
    return [
      {
        path: [...argumentsPath, index],
        message: `kernel argument "${argument}" stands twice`,
        advice: "remove the second one",
        severity: "info",
        other: [...argumentsPath, first],
      },
    ];
  });
  const type = typeFlaw(valueAt(config.value, typePath));
  return type ? [type, ...twice] : twice;
}
