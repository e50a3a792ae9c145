import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Path, type Value } from "../../model/value.ts";
import { fileFits } from "../file-text.ts";

/** Red Hat's older registry, which the documents call deprecated (Architecture 4.2.3). */
export const deprecatedRegistry = "registry.access.redhat.com";
export const currentRegistry = "registry.redhat.io";

export interface Image {
  readonly path: Path;
  readonly name: string;
}

function* search(value: Value, path: Path): Generator<Image> {
  if (isList(value)) for (const [index, item] of value.entries()) yield* search(item, [...path, index]);
  if (!isMapping(value)) return;
  // Builds and image streams name images by reference.
  const isReference = value.kind === "DockerImage";
  for (const [key, item] of Object.entries(value)) {
    const here = [...path, key];
    const names = key === "image" || (key === "name" && isReference);
    if (!names || typeof item !== "string") yield* search(item, here);
    else if (item.replace(/^docker:\/\//, "").startsWith(`${deprecatedRegistry}/`))
      yield { path: here, name: item };
  }
}

// A backslash may hide it as an escape.
const mayName = fileFits(/registry\.access\.redhat\.com/);

/** Every image of an object that comes from the deprecated registry. */
export function deprecatedImages(resource: Resource): readonly Image[] {
  return mayName(resource) ? [...search(resource.value, [])] : [];
}
