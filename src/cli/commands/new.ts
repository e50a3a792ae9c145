import { renderService } from "../../generate/service.ts";
import { UsageError } from "../../model/errors.ts";
import { suggestion } from "../../model/nearest.ts";
import type { Io } from "../io.ts";
import { deliver, nameOf } from "../new-arguments.ts";
import { type NewKind, newKinds, ownFlags } from "../new-flags.ts";
import { newPlatform } from "../new-platform.ts";
import { newTenant } from "../new-tenant.ts";
import { type ParsedLine, single, values } from "../parse.ts";

function kindOf(line: ParsedLine): NewKind {
  const [word] = line.operands;
  const found = newKinds.find((kind) => kind === word);
  if (found) return found;
  if (word === undefined) throw new UsageError(`new needs to know what: ${newKinds.join(", ")}`);
  throw new UsageError(`new writes ${newKinds.join(", ")}, not "${word}"${suggestion(word, newKinds)}`);
}

/** Options that belong to another kind would be dropped silently. */
function refuseForeign(line: ParsedLine, kind: NewKind): void {
  for (const { name } of line.flags) {
    const owners = newKinds.filter((other) => ownFlags[other].includes(name));
    if (owners.length > 0 && !owners.includes(kind)) {
      throw new UsageError(`--${name} belongs to new ${owners.join(" and new ")}, not to new ${kind}`);
    }
  }
}

function newService(line: ParsedLine, io: Io, names: readonly string[]): void {
  const name = nameOf("service", names);
  const [namespace, ...others] = values(line, "namespace");
  const image = single(line, "image");
  if (namespace === undefined || others.length > 0) throw new UsageError("new service needs one --namespace");
  if (image === null) throw new UsageError("new service needs --image");
  deliver(io, line, renderService({ name, namespace, image }), `Knative Service ${namespace}/${name}`);
}

/** `meshlint new`: documented manifests to standard output, a new file or folder, or in place of a tenant's old ones. */
export async function runNew(line: ParsedLine, io: Io): Promise<number> {
  const kind = kindOf(line);
  refuseForeign(line, kind);
  const names = line.operands.slice(1);
  switch (kind) {
    case "platform":
      newPlatform(line, io, names);
      break;
    case "tenant":
      await newTenant(line, io, names);
      break;
    case "service":
      newService(line, io, names);
      break;
  }
  return 0;
}
