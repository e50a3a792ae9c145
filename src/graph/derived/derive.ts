import type { Profile } from "../../model/profile.ts";
import type { Kind, Resource } from "../../model/resource.ts";

/** What controllers will create from a set. */
export function deriveResources(
  _all: (...kinds: readonly Kind[]) => readonly Resource[],
  _profile: Profile,
): readonly Resource[] {
  return [];
}
