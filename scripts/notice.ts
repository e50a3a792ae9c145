import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The texts of its licence files; empty where it ships none. */
  readonly text: string;
}

/** Folders of packages below `node_modules`, of which code is in some output. */
function packageFolders(metafiles: readonly Metafile[]): readonly string[] {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([file]) => file),
    ),
  );
  const folders = files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)];
}

function bundled(folder: string): Bundled {
  const manifest: { name: string; version: string; license?: string } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  if (!manifest.license) throw new Error(`${manifest.name} names no licence`);
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
  return {
    name: manifest.name,
    version: manifest.version,
    license: manifest.license,
    text: texts.join("\n\n"),
  };
}

/**
 * The NOTICE file: meshlint's own line, and every package of which some output of esbuild holds code, with its
 * licence.
 *
 * @throws if a bundled package names no licence or cannot be found below `root`
 */
export function notice(metafiles: readonly Metafile[], root: string): string {
  const packages = packageFolders(metafiles)
    .map((folder) => join(root, folder))
    .map(bundled)
    .sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
  const list = packages.map(({ name, version, license }) => `- ${name} ${version} (${license})`);
  const line = "-".repeat(80);
  return [
    "meshlint\nCopyright the meshlint authors\nLicensed under the Apache License, Version 2.0; see LICENSE.\n",
    `\nThe published package and the Action contain code of these packages:\n\n${list.join("\n")}\n`,
    ...packages.map(
      ({ name, version, license, text }) =>
        `\n${line}\n${name} ${version} (${license})\n${text === "" ? "" : `\n${text}\n`}`,
    ),
  ].join("");
}
