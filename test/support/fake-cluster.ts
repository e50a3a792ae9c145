import { type Cluster, ClusterError, type FieldConflict, type ServedKind } from "../../src/model/cluster.ts";
import { isMapping, type Mapping, type Value, valueAt } from "../../src/model/value.ts";

/** A served kind by `v1 Service` or `apps/v1 Deployment`; cluster-scoped ones have a `*` at the end. */
export function servedKind(text: string): ServedKind {
  const [apiVersion = "", name = ""] = text.replace(/\*$/, "").split(" ");
  const slash = apiVersion.indexOf("/");
  return {
    group: slash < 0 ? "" : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind: name,
    plural: `${name.toLowerCase()}s`,
    namespaced: !text.endsWith("*"),
    verbs: ["get", "list", "create", "patch"],
  };
}

const text = (object: Mapping, ...path: readonly string[]): string => String(valueAt(object, path) ?? "");

const keyOf = (object: Mapping): string =>
  JSON.stringify([
    text(object, "apiVersion"),
    text(object, "kind"),
    text(object, "metadata", "namespace"),
    text(object, "metadata", "name"),
  ]);

/** What server-side apply makes of two values: mappings are merged, everything else is replaced. */
function merged(before: Value | undefined, after: Value): Value {
  if (!isMapping(before) || !isMapping(after)) return after;
  const entries = Object.entries(after).map(([key, item]) => [key, merged(before[key], item)] as const);
  return { ...before, ...Object.fromEntries(entries) };
}

export interface FakeOptions {
  readonly objects?: readonly Mapping[];
  readonly kinds?: readonly string[];
  /** Why an object is refused, by `Kind name`. */
  readonly refuses?: Readonly<Record<string, ClusterError>>;
  /** Fields of other managers, by `Kind name`. */
  readonly conflicts?: Readonly<Record<string, readonly FieldConflict[]>>;
}

/** A cluster in memory that notes every write. */
export class FakeCluster implements Cluster {
  readonly server = "https://api.example.com:6443";
  readonly context = "test";
  /** `check Service shop`, `apply Service shop`, in order. */
  readonly calls: string[] = [];
  readonly objects = new Map<string, Mapping>();
  readonly #options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    for (const object of options.objects ?? []) this.objects.set(keyOf(object), object);
  }

  version() {
    return Promise.resolve({ text: "v1.27.4", major: 1, minor: 27 });
  }

  kinds() {
    return Promise.resolve(
      (this.#options.kinds ?? ["v1 Namespace*", "v1 Service", "v1 Secret"]).map(servedKind),
    );
  }

  forgetKinds() {}

  list(kind: ServedKind, { namespace = null }: { readonly namespace?: string | null } = {}) {
    const all = [...this.objects.values()].filter(
      (object) =>
        object.kind === kind.kind &&
        (namespace === null || text(object, "metadata", "namespace") === namespace),
    );
    return Promise.resolve(all);
  }

  get(kind: ServedKind, namespace: string | null, name: string) {
    const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
    const key = JSON.stringify([apiVersion, kind.kind, namespace ?? "", name]);
    return Promise.resolve(this.objects.get(key) ?? null);
  }

  apply(
    kind: ServedKind,
    object: Mapping,
    { dryRun, force }: { readonly dryRun: boolean; readonly force: boolean },
  ) {
    const name = `${kind.kind} ${text(object, "metadata", "name")}`;
    this.calls.push(`${dryRun ? "check" : "apply"} ${name}`);
    const refusal = this.#options.refuses?.[name];
    if (refusal) return Promise.reject(refusal);
    const conflicts = this.#options.conflicts?.[name] ?? [];
    if (conflicts.length > 0 && !force)
      return Promise.reject(
        new ClusterError("conflict", `apply ${name}: conflict`, { status: 409, conflicts }),
      );
    const result = merged(this.objects.get(keyOf(object)), object) as Mapping;
    if (!dryRun) this.objects.set(keyOf(object), result);
    return Promise.resolve(result);
  }

  create(kind: ServedKind, object: Mapping) {
    this.calls.push(`create ${kind.kind}`);
    this.objects.set(keyOf(object), object);
    return Promise.resolve(object);
  }

  replace(kind: ServedKind, object: Mapping) {
    this.calls.push(`replace ${kind.kind}`);
    this.objects.set(keyOf(object), object);
    return Promise.resolve(object);
  }

  close() {}
}
