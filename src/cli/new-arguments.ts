import { labelName } from "../generate/names.ts";
import { parseProfileOption } from "../graph/profile.ts";
import { UsageError } from "../model/errors.ts";
import { isAssumed, type Profile, type ProfileKey } from "../model/profile.ts";
import { formatVersion } from "../model/version.ts";
import type { Io } from "./io.ts";
import type { NewKind } from "./new-flags.ts";
import { writeNew } from "./output.ts";
import { type ParsedLine, single, values } from "./parse.ts";
import { say } from "./say.ts";

/** The values of --profile. @throws UsageError */
export function profileOption(line: ParsedLine): Readonly<Partial<Record<ProfileKey, string>>> {
  return values(line, "profile")
    .map(parseProfileOption)
    .reduce((all, more) => ({ ...all, ...more }), {});
}

/** The name of what is written. */
export function nameOf(kind: NewKind, names: readonly string[]): string {
  const [name, ...others] = names;
  if (name === undefined) throw new UsageError(`new ${kind} needs a name: meshlint new ${kind} NAME`);
  if (others.length > 0)
    throw new UsageError(`new ${kind} takes one name, and "${others.join(" ")}" is left over`);
  return labelName(name, kind);
}

/** Shows what was made, or writes it to the file of --output. */
export function deliver(io: Io, line: ParsedLine, text: string, what: string): void {
  const output = single(line, "output");
  if (output === null || output === "-") {
    io.stdout.write(text);
    return;
  }
  writeNew(io.cwd, output, text);
  say(io, `wrote ${output}: ${what}`);
}

/** Says once what nobody has said. */
export function sayAssumed(io: Io, profile: Profile, gateway: string | null): void {
  const parts = [
    ...(isAssumed(profile, "serverless") ? [`Serverless ${formatVersion(profile.serverless)}`] : []),
    ...(isAssumed(profile, "mesh") ? [`Service Mesh ${formatVersion(profile.mesh)}`] : []),
  ];
  if (parts.length > 0) {
    say(io, `assumed: ${parts.join(" and ")}; --profile serverless=…,mesh=… chooses others`);
  }
  if (gateway !== null) {
    say(io, `assumed: the ingress gateway's pods are in ${gateway}; --gateway-namespace names another`);
  }
}

/** Where the ingress gateway's pods are in documented platforms. */
export function defaultGateway({ mesh }: Profile): string {
  return mesh.major < 3 ? "istio-system" : "knative-serving-ingress";
}
