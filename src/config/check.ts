import { ruleMatches } from "../engine/settings.ts";
import { checkProfile } from "../graph/profile.ts";
import { parseDocuments } from "../load/parse.ts";
import type {
  Config,
  ConfigContext,
  ConfigSet,
  ConfigSuppression,
  RuleLevel,
  RuleSetting,
} from "../model/config.ts";
import { emptyConfig } from "../model/config.ts";
import type { ManifestDocument } from "../model/document.ts";
import { UsageError } from "../model/errors.ts";
import { suggestion } from "../model/nearest.ts";
import { profileKeys, type ProfileKey } from "../model/profile.ts";
import type { Layer, Tenant } from "../model/set.ts";
import type { SourceFile } from "../model/source.ts";
import { isList, isMapping, valueAt, type Path } from "../model/value.ts";
import { differences, placeOf, problemAt, textAt } from "./conform.ts";
import { configShape } from "./schema.ts";

/** A rule id or glob of a config, and where it stands (`meshlint.yaml:7:3`). */
export interface RulePattern {
  readonly pattern: string;
  readonly where: string;
}

/** One config file, before what it extends is added. */
export interface CheckedConfig {
  readonly config: Config;
  /** What it extends, as written, and the place of that (`meshlint.yaml:1:10`). */
  readonly extends: { readonly name: string; readonly where: string } | null;
  readonly patterns: readonly RulePattern[];
}

/**
 * Reads the documents of a config file: the config, or every problem with its place, one line each. Rule names are
 * checked by {@link unknownRules}, since the config itself may bring rules.
 */
export function readConfigDocuments(
  documents: readonly ManifestDocument[],
  file: string,
): { readonly checked: CheckedConfig } | { readonly problems: readonly string[] } {
  const used = documents.filter((document) => document.value !== null);
  const [document, second] = used;
  if (!document) return { checked: { config: { ...emptyConfig, file }, extends: null, patterns: [] } };
  const problems = [...documentProblems(document)];
  if (second) problems.push(problemAt(second, second.span, "a config is a single document"));
  if (problems.length > 0) return { problems };
  problems.push(...differences(document, configShape, []));
  if (problems.length > 0) return { problems };
  problems.push(...meaningProblems(document));
  return problems.length > 0 ? { problems } : { checked: readConfig(document) };
}

export function* documentProblems(document: ManifestDocument): Generator<string> {
  if (document.error) yield problemAt(document, document.error.at, document.error.message);
  for (const notice of document.notices) {
    if (notice.kind === "duplicate-key")
      yield problemAt(document, notice.at, `key ${JSON.stringify(notice.key)} stands twice`);
    if (notice.kind === "dropped-content")
      yield problemAt(document, notice.at, "this is not part of the config");
  }
}

/** Problems that the shape does not show. */
function* meaningProblems(document: ManifestDocument): Generator<string> {
  yield* profileProblems(document, ["profile"]);
  const names = new Set<string>();
  for (const path of items(document, ["sets"])) {
    yield* profileProblems(document, [...path, "profile"]);
    const name = textAt(document, [...path, "name"]);
    if (name === null) continue;
    if (names.has(name))
      yield problemAt(
        document,
        placeOf(document, [...path, "name"]),
        `there are two sets named ${JSON.stringify(name)}`,
      );
    names.add(name);
  }
  for (const path of items(document, ["suppress"])) {
    const until = textAt(document, [...path, "until"]);
    // The shape allows the 31st of February.
    if (until !== null && new Date(`${until}T00:00:00Z`).toISOString().slice(0, 10) !== until)
      yield problemAt(document, placeOf(document, [...path, "until"]), `there is no day ${until}`);
  }
}

export function* profileProblems(document: ManifestDocument, path: Path): Generator<string> {
  for (const [key, text] of Object.entries(profileAt(document, path))) {
    try {
      checkProfile({ [key]: text }, problemAt(document, placeOf(document, [...path, key]), key));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      yield error.message;
    }
  }
}

/** The paths of a list's items. */
export function items(document: ManifestDocument, path: Path): readonly Path[] {
  const value = valueAt(document.value, path) ?? null;
  return isList(value) ? value.map((_, index) => [...path, index]) : [];
}

/** The paths of a mapping's entries, with their keys. */
export function entries(document: ManifestDocument, path: Path): readonly (readonly [string, Path])[] {
  const value = valueAt(document.value, path);
  return isMapping(value) ? Object.keys(value).map((key) => [key, [...path, key]]) : [];
}

export function texts(document: ManifestDocument, path: Path): readonly string[] {
  return items(document, path).flatMap((item) => textAt(document, item) ?? []);
}

export function profileAt(
  document: ManifestDocument,
  path: Path,
): Readonly<Partial<Record<ProfileKey, string>>> {
  const values: Partial<Record<ProfileKey, string>> = {};
  for (const key of profileKeys) {
    const text = textAt(document, [...path, key]) ?? texts(document, [...path, key]).join(",");
    if (text !== "") values[key] = text;
  }
  return values;
}

export function tenantsAt(document: ManifestDocument, path: Path): readonly Tenant[] {
  return items(document, path).map((item) => ({
    name: textAt(document, [...item, "name"]) ?? "",
    namespaces: texts(document, [...item, "namespaces"]),
  }));
}

/** `meshlint.yaml:4:9` */
export function whereIs(document: ManifestDocument, path: Path, part: "key" | "value" = "value"): string {
  return problemAt(document, placeOf(document, path, part), "").slice(0, -2);
}

function contextAt(document: ManifestDocument, path: Path): ConfigContext {
  const flag = valueAt(document.value, [...path, "complete"]);
  const complete = typeof flag === "boolean" ? flag : (texts(document, [...path, "complete"]) as Layer[]);
  const pattern = textAt(document, [...path, "path"]);
  const file = textAt(document, [...path, "snapshot"]);
  const members = Object.fromEntries(
    entries(document, [...path, "fact", "members"]).map(([name, inner]) => [name, texts(document, inner)]),
  );
  const nowhere = complete !== true && complete !== false && complete.length === 0;
  return {
    complete: nowhere ? false : complete,
    source:
      pattern !== null
        ? { type: "path", pattern }
        : file !== null
          ? { type: "snapshot", file }
          : { type: "fact", members },
    where: whereIs(document, [...path, pattern !== null ? "path" : file !== null ? "snapshot" : "fact"]),
  };
}

function setAt(document: ManifestDocument, path: Path): ConfigSet {
  const text = (key: string) => textAt(document, [...path, key]);
  return {
    name: text("name"),
    path: text("path") ?? ".",
    render: (text("render") ?? "none") as ConfigSet["render"],
    values: texts(document, [...path, "values"]),
    namespace: text("namespace"),
    owns: texts(document, [...path, "owns"]) as Layer[],
    context: items(document, [...path, "context"]).map((item) => contextAt(document, item)),
    tenants: tenantsAt(document, [...path, "tenants"]),
    profile: profileAt(document, [...path, "profile"]),
    where: whereIs(document, [...path, "path"]),
  };
}

function settingAt(document: ManifestDocument, pattern: string, path: Path): RuleSetting {
  const single = textAt(document, path);
  const options = valueAt(document.value, [...path, 1]);
  return {
    pattern,
    level: (single ?? textAt(document, [...path, 0])) as RuleLevel | null,
    options: isMapping(options) ? options : {},
  };
}

function suppressionAt(document: ManifestDocument, path: Path): ConfigSuppression {
  const text = (key: string) => textAt(document, [...path, key]);
  return {
    rule: text("rule") ?? "",
    resource: text("resource"),
    path: text("path"),
    reason: text("reason"),
    until: text("until"),
    at: { file: document.file, ...placeOf(document, [...path, "rule"]) },
  };
}

function readConfig(document: ManifestDocument): CheckedConfig {
  const rules = entries(document, ["rules"]);
  const suppress = items(document, ["suppress"]);
  const where = (path: Path, part: "key" | "value") => whereIs(document, path, part);
  const base = textAt(document, ["extends"]);
  return {
    extends: base === null ? null : { name: base, where: where(["extends"], "value") },
    patterns: [
      ...rules.map(([pattern, path]) => ({ pattern, where: where(path, "key") })),
      ...suppress.map((path) => ({
        pattern: textAt(document, [...path, "rule"]) ?? "",
        where: where([...path, "rule"], "value"),
      })),
    ],
    config: {
      file: document.file.path,
      profile: profileAt(document, ["profile"]),
      ignore: texts(document, ["ignore"]),
      sets: items(document, ["sets"]).map((path) => setAt(document, path)),
      tenants: tenantsAt(document, ["tenants"]),
      rules: rules.map(([pattern, path]) => settingAt(document, pattern, path)),
      suppress: suppress.map((path) => suppressionAt(document, path)),
      schemas: texts(document, ["schemas"]),
      policies: texts(document, ["policies"]),
      plugins: texts(document, ["plugins"]),
    },
  };
}

/**
 * A config that stands alone, as a text: for editors and browsers, where no other file can be read. Throws a
 * {@link UsageError} with one line for every problem.
 */
export function checkConfig(file: SourceFile, rules: readonly { readonly id: string }[]): Config {
  const result = readConfigDocuments(parseDocuments(file), file.path);
  if ("problems" in result) throw new UsageError(result.problems.join("\n"));
  const { config, patterns, extends: base } = result.checked;
  if (base !== null)
    throw new UsageError(`${base.where}: extends ${JSON.stringify(base.name)} cannot be read here`);
  const ids = rules.map((rule) => rule.id);
  const unknown = unknownRules(patterns, ids);
  if (unknown.length > 0) throw new UsageError(unknown.join("\n"));
  return config;
}

/** A line for each rule id or glob of a config that names no rule: a typo must not switch off a gate. */
export function unknownRules(patterns: readonly RulePattern[], ids: readonly string[]): readonly string[] {
  return patterns
    .filter(({ pattern }) => !ids.some((id) => ruleMatches(pattern, id)))
    .map(
      ({ pattern, where }) => `${where}: unknown rule ${JSON.stringify(pattern)}${suggestion(pattern, ids)}`,
    );
}
