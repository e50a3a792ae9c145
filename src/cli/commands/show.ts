import { createColors } from "picocolors";
import { isBelow } from "../../engine/shown.ts";
import { loadFiles } from "../../load/load.ts";
import { parseDocuments } from "../../load/parse.ts";
import { showDocuments } from "../../load/show.ts";
import type { ManifestDocument } from "../../model/document.ts";
import { UsageError } from "../../model/errors.ts";
import { isList, isMapping, toJson, type Value } from "../../model/value.ts";
import type { Colors } from "../../report/colors.ts";
import { inertLines, safeJson, safeText } from "../../report/safe-text.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { given, type ParsedLine, single } from "../parse.ts";
import { placeName, type Project, readProject } from "../project.ts";

function placeLine(place: Value): string {
  if (!isMapping(place) || !isMapping(place.value ?? null)) return "";
  const { path, key, value } = place;
  const start = (span: Value | undefined): string =>
    isMapping(span) ? `${String(span.line)}:${String(span.column)}` : "";
  return `  ${start(key)} ${start(value)} ${safeText(String(path))}\n`;
}

function documentText(document: Value, colors: Colors): string {
  if (!isMapping(document)) return "";
  const { file, line, index, value, error, places } = document;
  const head =
    colors.bold(`${safeText(String(file))}:${String(line)}`) + colors.dim(` document ${String(index)}`);
  const body = typeof error === "string" ? colors.red(safeText(error)) : safeJson(toJson(value, 2));
  const keys = isList(places) ? `places (key, value, path)\n${places.map(placeLine).join("")}` : "";
  return `${head}\n${body}\n${keys}`;
}

/** Documents of the shown files; what is named file by file is shown whatever it holds. */
function documentsOf({ files, shownPaths, named }: Project): readonly ManifestDocument[] {
  const [alone, others] = [new Set(named), files.filter((file) => isBelow(file.path, shownPaths))];
  const rest = others.filter((file) => !alone.has(file.path));
  const whole = others.filter((file) => alone.has(file.path));
  return [...whole.flatMap((file) => parseDocuments(file)), ...loadFiles(rest).documents];
}

/** `meshlint show`: documents as they are read, the values of Secrets hidden. */
export async function runShow(line: ParsedLine, io: Io): Promise<number> {
  const project = await readProject(io, line.operands, {
    config: single(line, "config"),
    packages: true,
    sets: [],
  });
  const documents = documentsOf(project);
  if (documents.length === 0) {
    const reasons = project.fileStates
      .filter((state) => isBelow(state.path, project.shownPaths))
      .map(({ path, reason }) => ` (${path}: ${reason})`);
    const place = placeName(io.cwd, line.operands);
    throw new UsageError(`nothing to show in ${place}: no Kubernetes YAML or JSON${reasons.join("")}`);
  }
  const shown = showDocuments(documents, { places: given(line, "places") });
  if (single(line, "format") === "json") io.stdout.write(`${safeJson(toJson(shown, 2))}\n`);
  else {
    const colors = createColors(wantsColor(io, colorOf(line)));
    const texts = (isList(shown.documents) ? shown.documents : []).map((document) =>
      documentText(document, colors),
    );
    io.stdout.write(inertLines(texts.join("\n")));
  }
  return 0;
}
