import { ClusterError, type ServedKind } from "../../src/model/cluster.ts";
import type { Mapping } from "../../src/model/value.ts";
import { valueAt } from "../../src/model/value.ts";
import { FakeCluster, type FakeOptions, servedKind } from "./fake-cluster.ts";

/** A cluster in memory with a stage manager: kinds that come, faults, statuses, versions of objects. */
export class StagedCluster extends FakeCluster {
  /** May throw: `check Service cart`, `apply …`, `get …`, `list …`, `create …`, `replace …`. */
  before: (call: string) => void = () => {};
  served: string[];
  #version = 0;

  constructor(options: FakeOptions = {}) {
    super(options);
    this.served = [
      ...(options.kinds ?? ["v1 Namespace*", "v1 ConfigMap", "v1 Secret", "apps/v1 Deployment"]),
      "coordination.k8s.io/v1 Lease",
    ];
  }

  override kinds() {
    return Promise.resolve(this.served.map(servedKind));
  }

  #call(verb: string, kind: ServedKind, name: string): Promise<void> {
    try {
      this.before(`${verb} ${kind.kind} ${name}`);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  override async list(kind: ServedKind, options: { readonly namespace?: string | null } = {}) {
    await this.#call("list", kind, options.namespace ?? "");
    return super.list(kind, options);
  }

  override async get(kind: ServedKind, namespace: string | null, name: string) {
    await this.#call("get", kind, name);
    return super.get(kind, namespace, name);
  }

  override async apply(kind: ServedKind, object: Mapping, options: { dryRun: boolean; force: boolean }) {
    await this.#call(options.dryRun ? "check" : "apply", kind, nameOf(object));
    const result = await super.apply(kind, object, options);
    // The server's own work.
    if (kind.kind === "Namespace") this.setStatus("Namespace", nameOf(object), { phase: "Active" });
    return result;
  }

  #stamped(object: Mapping): Mapping {
    const metadata = valueAt(object, ["metadata"]) as Mapping;
    return { ...object, metadata: { ...metadata, resourceVersion: String(++this.#version) } };
  }

  override async create(kind: ServedKind, object: Mapping) {
    await this.#call("create", kind, nameOf(object));
    if (this.objects.has(keyOf(object))) throw new ClusterError("conflict", "it exists", { status: 409 });
    return super.create(kind, this.#stamped(object));
  }

  override async replace(kind: ServedKind, object: Mapping) {
    await this.#call("replace", kind, nameOf(object));
    const now = this.objects.get(keyOf(object));
    const [is, was] = [now, object].map((each) => each && valueAt(each, ["metadata", "resourceVersion"]));
    if (is !== was) throw new ClusterError("conflict", "it has changed", { status: 409 });
    return super.replace(kind, this.#stamped(object));
  }

  /** Writes an object's status, as its controller does. */
  setStatus(kind: string, name: string, status: Mapping): void {
    for (const [key, object] of this.objects)
      if (object.kind === kind && nameOf(object) === name) this.objects.set(key, { ...object, status });
  }
}

const nameOf = (object: Mapping): string => String(valueAt(object, ["metadata", "name"]) ?? "");
const keyOf = (object: Mapping): string =>
  JSON.stringify([
    object.apiVersion,
    object.kind,
    valueAt(object, ["metadata", "namespace"]) ?? "",
    nameOf(object),
  ]);
