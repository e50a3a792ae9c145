import type { Graph } from "../../model/graph.ts";
import type { Edit } from "../../model/finding.ts";
import { misplacedSettings } from "../embedded-scripts.ts";
import { annotation } from "../field.ts";
import { injectionInMesh, injectKey } from "../injection.ts";
import { passthroughKey, passthroughNeed } from "../passthrough.ts";
import { requestPlace } from "../revision-templates.ts";
import type { KnService } from "./kn-service.ts";

/** Settings of the mesh that a call of kn lacks, as the documents' flags. */
export interface MissingSettings {
  readonly flags: readonly string[];
  /** What would tell whether more are missing. */
  readonly needs: readonly string[];
}

const probeKey = "sidecar.istio.io/rewriteAppHTTPProbers";

/** What the documents ask of every service of the mesh and the flags of kn do not say. */
export function missingSettings(graph: Graph, { service, calls }: KnService): MissingSettings {
  const flags: string[] = [];
  const needs: string[] = [];
  // What stands at the wrong level is reported there.
  const misplaced = calls
    .flatMap(({ command }) => misplacedSettings(command))
    .map(({ setting }) => setting.key);
  const passthrough = passthroughNeed(graph, service);
  if (passthrough.state === "unknown") needs.push(passthrough.needs);
  else if (passthrough.state === "needed" && !misplaced.includes(passthroughKey))
    flags.push(`--annotation-service ${passthroughKey}=true`);
  for (const pod of graph.podsOf(service)) {
    const asked = injectionInMesh(graph, pod);
    if (asked.state === "unknown") needs.push(asked.needs);
    else if (asked.state === "no" && !misplaced.includes(injectKey)) {
      const form = requestPlace(graph, pod).path.at(-2) === "labels" ? "label" : "annotation";
      flags.push(`--${form}-revision ${injectKey}=true`);
    }
  }
  return { flags, needs };
}

/** The flags behind the service's name in the script; null where the name does not stand there as it is read. */
export function addFlags(service: KnService, flags: readonly string[]): readonly Edit[] | null {
  const [call] = service.calls;
  const { location } = service.spot([]);
  const name = call?.command.name;
  if (!name || call.script === null || location.file.text.slice(location.start, location.end) !== name.text)
    return null;
  // A flag further on, with another value, would win.
  const given = service.calls.flatMap(({ command }) => command.settings.map(({ key }) => key));
  if (flags.some((flag) => given.some((key) => flag.includes(` ${key}=`)))) return null;
  const { end, file } = location;
  // The documents ask for it as well, though their example of kn leaves it out.
  const probes = annotation(service.service, probeKey).state === "absent";
  const all = probes ? [...flags, `--annotation-revision ${probeKey}=true`] : flags;
  return [{ file, start: end, end, text: all.map((flag) => ` ${flag}`).join("") }];
}
