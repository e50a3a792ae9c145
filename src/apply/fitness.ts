import { placeholdersLeft } from "../mesh/placeholders-left.ts";
import { placeholderWithin } from "../model/placeholder.ts";
import type { Graph } from "../model/graph.ts";
import { idKey, label, locate, type Resource } from "../model/resource.ts";
import { installConfigKind } from "../model/install-config.ts";
import { securityTemplateKind } from "../model/security-template.ts";
import { positionAt } from "../model/source.ts";
import { formatPath, type Path, type Value } from "../model/value.ts";
import { walk } from "../model/walk.ts";
import type { Refusal } from "./plan-model.ts";

/** `file:line` of a field. */
export function placeOf(resource: Resource, path: Path = ["metadata", "name"]): string {
  const { file, start } = locate(resource, path);
  return `${file.path}:${positionAt(file, start).line}`;
}

/** What no server takes: input of other tools that is read like objects. */
function isInput({ kind }: Resource): boolean {
  return (
    kind === installConfigKind || kind === securityTemplateKind || kind.endsWith(".kustomize.config.k8s.io")
  );
}

/** The set's own objects, those of other tools left out. */
export function ownObjects(graph: Graph): readonly Resource[] {
  return graph.set.resources.filter((resource) => resource.standing === "own" && !isInput(resource));
}

function refusal(resource: Resource, path: Path, message: string, advice: string): Refusal {
  return { message, advice, section: null, place: placeOf(resource, path) };
}

/** Objects that the set defines in more than one way: nobody can tell which is meant. */
function ambiguous(own: readonly Resource[]): readonly Refusal[] {
  const groups = new Map<string, Resource[]>();
  for (const resource of own) {
    const key = `${resource.kind} ${idKey(resource)}`;
    const group = groups.get(key);
    if (group) group.push(resource);
    else groups.set(key, [resource]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, second] = group;
    if (!first || !second) return [];
    const places = group.slice(1).map((other) => placeOf(other));
    return refusal(
      first,
      ["metadata", "name"],
      `${label(first)} is defined ${group.length} times, also at ${places.join(", ")}`,
      "name the folder that holds the one that is meant, or render the overlay",
    );
  });
}

/** Template variables: a tool would have filled them in. */
function variableIn(resource: Resource): { readonly path: Path; readonly token: string } | null {
  let found: { readonly path: Path; readonly token: string } | null = null;
  walk(resource.value, {
    enter: (key) => found === null && !["data", "stringData", "binaryData", "annotations"].includes(key),
    scalar(value: Value, path) {
      const left = found === null ? placeholderWithin(value) : null;
      // `$(NAME)` in arguments is Kubernetes' own.
      if (left?.kind === "variable" && !left.token.startsWith("$("))
        found = { path: [...path], token: left.token };
    },
  });
  return found;
}

function unfinished(graph: Graph, own: readonly Resource[]): readonly Refusal[] {
  return own.flatMap((resource) => {
    const [left] = placeholdersLeft(graph, resource);
    if (left)
      return refusal(
        resource,
        left.path,
        `"${left.token}" at ${formatPath(left.path)} is a placeholder`,
        "write the value",
      );
    const variable = variableIn(resource);
    return variable
      ? refusal(
          resource,
          variable.path,
          `"${variable.token}" at ${formatPath(variable.path)} is a variable that nothing has filled in`,
          "render the manifests, and apply what comes out",
        )
      : [];
  });
}

/**
 * Why a set cannot be applied as it stands: objects with several definitions, names or namespaces that are not known,
 * placeholders that are left, patches and overlays that nothing has rendered. Empty: it can.
 */
export function unfitFor(graph: Graph): readonly Refusal[] {
  const own = ownObjects(graph);
  const full = own.filter(({ form }) => form === "full");
  const rendered = "render it first: kubectl kustomize FOLDER | meshlint plan -";
  const patches = own
    .filter(({ form }) => form === "patch")
    .map((resource) =>
      refusal(
        resource,
        ["metadata", "name"],
        `${label(resource)} is a patch that nothing has applied`,
        rendered,
      ),
    );
  const changed = full
    .filter(({ rendering }) => rendering !== undefined)
    .map((resource) =>
      refusal(
        resource,
        ["metadata", "name"],
        `Kustomize changes the name or labels of ${label(resource)}`,
        rendered,
      ),
    );
  const nameless = full
    .filter(({ name }) => name === "")
    .map((resource) => refusal(resource, ["kind"], `${resource.id.kind} has no name`, "give it a name"));
  const homeless = full
    .filter(({ scope, namespace, name }) => scope === "namespace" && namespace === null && name !== "")
    .map((resource) =>
      refusal(
        resource,
        ["metadata", "name"],
        `the namespace of ${label(resource)} is not known`,
        "write metadata.namespace, or namespace: of the set in meshlint.yaml",
      ),
    );
  return [...ambiguous(full), ...nameless, ...homeless, ...patches, ...changed, ...unfinished(graph, full)];
}
