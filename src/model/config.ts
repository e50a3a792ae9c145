import type { Severity } from "./finding.ts";
import type { ProfileKey } from "./profile.ts";
import type { Layer, Tenant } from "./set.ts";
import type { Location } from "./source.ts";

export type RuleLevel = Severity | "off";

export interface RuleSetting {
  /** A rule id, or a glob such as `tenant/*`. */
  readonly pattern: string;
  readonly level: RuleLevel | null;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ConfigContext {
  readonly complete: true | false | readonly Layer[];
  readonly source:
    | { readonly type: "path"; readonly pattern: string }
    | { readonly type: "snapshot"; readonly file: string }
    | { readonly type: "fact"; readonly members: Readonly<Record<string, readonly string[]>> };
  /** `meshlint.yaml:4:9`, the place of a path or snapshot, for messages about it. */
  readonly where?: string;
}

export interface ConfigSet {
  readonly name: string | null;
  /** Folder, or a glob with one set per match. */
  readonly path: string;
  readonly render: "none" | "kustomize" | "helm";
  readonly values: readonly string[];
  /** For objects that name none. */
  readonly namespace: string | null;
  readonly owns: readonly Layer[];
  readonly context: readonly ConfigContext[];
  readonly tenants: readonly Tenant[];
  readonly profile: Readonly<Partial<Record<ProfileKey, string>>>;
  /** `meshlint.yaml:4:9`, the place of its path, for messages about it. */
  readonly where?: string;
}

export interface ConfigSuppression {
  readonly rule: string;
  /** `Kind/namespace/name` or `Kind/name`; null: every resource. */
  readonly resource: string | null;
  readonly path: string | null;
  readonly reason: string | null;
  /** `YYYY-MM-DD`; the suppression ends after this day. */
  readonly until: string | null;
  readonly at: Location;
}

/** `meshlint.yaml`, checked and with `extends` resolved. Paths are relative to the config's folder. */
export interface Config {
  readonly file: string | null;
  readonly profile: Readonly<Partial<Record<ProfileKey, string>>>;
  readonly ignore: readonly string[];
  readonly sets: readonly ConfigSet[];
  readonly tenants: readonly Tenant[];
  /** In the order of the file; later ones win. */
  readonly rules: readonly RuleSetting[];
  readonly suppress: readonly ConfigSuppression[];
  readonly schemas: readonly string[];
  readonly policies: readonly string[];
  readonly plugins: readonly string[];
}

export const emptyConfig: Config = {
  file: null,
  profile: {},
  ignore: [],
  sets: [],
  tenants: [],
  rules: [],
  suppress: [],
  schemas: [],
  policies: [],
  plugins: [],
};
