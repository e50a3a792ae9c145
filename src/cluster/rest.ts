import {
  type ApplyOptions,
  type Cluster,
  ClusterError,
  fieldManager,
  type ListOptions,
  type ServedKind,
  type ServerVersion,
} from "../model/cluster.ts";
import { isList, isMapping, type Mapping, toJson, type Value, valueAt } from "../model/value.ts";
import type { Request, Transport } from "./transport.ts";

/** Objects a page; what the API's own clients ask for. */
const pageSize = "500";

const mappings = (value: Value | undefined): readonly Mapping[] =>
  isList(value) ? value.filter((item) => isMapping(item)) : [];

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

function nameOf(object: Mapping): string {
  return text(valueAt(object, ["metadata", "name"]));
}

function namespaceOf(object: Mapping): string | null {
  return text(valueAt(object, ["metadata", "namespace"])) || null;
}

const groupPath = ({ group, version }: Pick<ServedKind, "group" | "version">): string =>
  group === "" ? `/api/${version}` : `/apis/${group}/${version}`;

function pathOf(kind: ServedKind, namespace: string | null, name?: string): string {
  const inside = kind.namespaced && namespace !== null ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${groupPath(kind)}${inside}/${kind.plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

const said = (kind: ServedKind, namespace: string | null, name: string): string =>
  `${kind.kind} ${namespace === null ? "" : `${namespace}/`}${name}`;

const isSecret = ({ group, kind }: ServedKind): boolean => group === "" && kind === "Secret";

/** A cluster by its REST interface. */
export class RestCluster implements Cluster {
  readonly server: string;
  readonly context: string | null;
  readonly #transport: Transport;
  #kinds: Promise<readonly ServedKind[]> | null = null;

  constructor(transport: Transport, context: string | null) {
    this.#transport = transport;
    this.server = transport.server.origin;
    this.context = context;
  }

  async #read(path: string, what: string, more: Partial<Request> = {}): Promise<Mapping> {
    const body = await this.#transport.send({ method: "GET", path, what, repeatable: true, ...more });
    return isMapping(body) ? body : {};
  }

  async version(): Promise<ServerVersion> {
    const body = await this.#read("/version", "ask for the server's version");
    const number = (key: string): number => Number.parseInt(text(body[key]), 10) || 0;
    return { text: text(body.gitVersion), major: number("major"), minor: number("minor") };
  }

  kinds(): Promise<readonly ServedKind[]> {
    this.#kinds ??= this.#discover().catch((error: unknown) => {
      // Whoever asks again gets another answer.
      this.#kinds = null;
      throw error;
    });
    return this.#kinds;
  }

  forgetKinds(): void {
    this.#kinds = null;
  }

  async #discover(): Promise<readonly ServedKind[]> {
    const [core, groups] = await Promise.all([
      this.#read("/api", "ask which kinds are served"),
      this.#read("/apis", "ask which kinds are served"),
    ]);
    const versions = [
      ...(isList(core.versions) ? core.versions : []).map((version) => ({
        group: "",
        version: text(version),
      })),
      ...mappings(groups.groups).flatMap((group) => {
        const preferred = text(valueAt(group, ["preferredVersion", "version"]));
        const all = mappings(group.versions).map(({ version }) => text(version));
        // The preferred version first.
        return [preferred, ...all.filter((version) => version !== preferred)].map((version) => ({
          group: text(group.name),
          version,
        }));
      }),
    ];
    const served = await Promise.all(versions.map((each) => this.#kindsOf(each)));
    return served.flat();
  }

  /** An aggregated API whose server is down hides its own kinds only. */
  async #kindsOf(of: Pick<ServedKind, "group" | "version">): Promise<readonly ServedKind[]> {
    try {
      const body = await this.#read(groupPath(of), `ask which kinds ${of.group || "the core"} serves`);
      return mappings(body.resources)
        .filter(({ name }) => !text(name).includes("/"))
        .map((resource) => ({
          ...of,
          kind: text(resource.kind),
          plural: text(resource.name),
          namespaced: resource.namespaced === true,
          verbs: (isList(resource.verbs) ? resource.verbs : []).map(text),
        }));
    } catch (error) {
      if (error instanceof ClusterError && ["busy", "not-found", "server"].includes(error.problem)) return [];
      throw error;
    }
  }

  async list(kind: ServedKind, options: ListOptions = {}): Promise<readonly Mapping[]> {
    const { namespace = null, labelSelector, fieldSelector } = options;
    const what = `list ${kind.plural}${namespace === null ? "" : ` of namespace ${namespace}`}`;
    const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
    const found: Mapping[] = [];
    let next = "";
    let restarts = 0;
    do {
      const query = {
        limit: pageSize,
        ...(next !== "" && { continue: next }),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
      };
      let page: Mapping;
      try {
        page = await this.#read(pathOf(kind, namespace), what, { query, secret: isSecret(kind) });
      } catch (error) {
        // 410: the list was changed too much meanwhile to go on with it.
        const expired =
          error instanceof ClusterError && error.status === 410 && next !== "" && restarts++ < 3;
        if (!expired) throw error;
        found.length = 0;
        next = "";
        continue;
      }
      // Items of a list name neither their kind nor their version.
      for (const item of mappings(page.items)) found.push({ apiVersion, kind: kind.kind, ...item });
      next = text(valueAt(page, ["metadata", "continue"]));
    } while (next !== "");
    return found;
  }

  async get(kind: ServedKind, namespace: string | null, name: string): Promise<Mapping | null> {
    try {
      return await this.#read(pathOf(kind, namespace, name), `read ${said(kind, namespace, name)}`, {
        secret: isSecret(kind),
      });
    } catch (error) {
      if (error instanceof ClusterError && error.problem === "not-found") return null;
      throw error;
    }
  }

  async #write(
    kind: ServedKind,
    object: Mapping,
    request: Pick<Request, "method" | "repeatable"> & Partial<Request>,
    verb: string,
  ): Promise<Mapping> {
    const [namespace, name] = [namespaceOf(object), nameOf(object)];
    const body = await this.#transport.send({
      path: pathOf(kind, namespace, request.method === "POST" ? undefined : name),
      body: toJson(object),
      what: `${verb} ${said(kind, namespace, name)}`,
      secret: isSecret(kind),
      ...request,
    });
    return isMapping(body) ? body : {};
  }

  apply(kind: ServedKind, object: Mapping, { dryRun, force }: ApplyOptions): Promise<Mapping> {
    // Applying the same twice gives the same: it may be repeated.
    return this.#write(
      kind,
      object,
      {
        method: "PATCH",
        repeatable: true,
        // JSON is YAML.
        contentType: "application/apply-patch+yaml",
        query: { fieldManager, ...(force && { force: "true" }), ...(dryRun && { dryRun: "All" }) },
      },
      dryRun ? "check" : "apply",
    );
  }

  create(kind: ServedKind, object: Mapping): Promise<Mapping> {
    return this.#write(
      kind,
      object,
      { method: "POST", repeatable: false, query: { fieldManager } },
      "create",
    );
  }

  replace(kind: ServedKind, object: Mapping): Promise<Mapping> {
    return this.#write(
      kind,
      object,
      { method: "PUT", repeatable: false, query: { fieldManager } },
      "replace",
    );
  }

  close(): void {
    this.#transport.close();
  }
}
