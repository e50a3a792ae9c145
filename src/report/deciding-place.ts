import type { Path } from "../model/value.ts";
import { label, locate } from "../model/resource.ts";
import type { Resource } from "../model/resource.ts";
import { positionAt } from "../model/source.ts";

/** Where an answer of the simulator is decided. */
export interface DecidingPlace {
  readonly file: string;
  readonly line: number;
  /** `AuthorizationPolicy team-a/allow`. */
  readonly policy: string;
}

/** The file and line of the field that decides. */
export function decidingPlace(at: { readonly resource: Resource; readonly path: Path }): DecidingPlace {
  const location = locate(at.resource, at.path);
  const { line } = positionAt(location.file, location.start);
  return { file: location.file.path, line, policy: label(at.resource) };
}
