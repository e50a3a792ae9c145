import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { plainText, type Value, valueAt } from "../../model/value.ts";
import type { Flaw } from "./flaw.ts";
import { type Entry, filesOf, saysSomething } from "./ignition-parts.ts";

const permissions = 0o777;
const allBits = 0o7777;
const octal = (mode: number): string => `0${mode.toString(8)}`;

/** What a file's mode was meant to be, where its digits look like an octal number that lost its leading zero. */
function meantMode(mode: number): string {
  return /^[0-7]{3}$/.test(String(mode)) ? `; 0${mode} was meant perhaps` : "";
}

function modeFlaw({ path, value }: Entry): Flaw | null {
  const { mode } = value;
  const at = [...path, "mode"];
  if (mode === undefined || mode === null || isUnknown(mode)) return null;
  const advice = "write the mode as an octal number with a leading zero and without quotes: 0644";
  if (typeof mode !== "number" || !Number.isInteger(mode) || mode < 0)
    return { path: at, message: `mode ${JSON.stringify(plainText(mode))} is no number`, advice };
  if (mode > allBits)
    return {
      path: at,
      message: `mode ${mode} (octal ${octal(mode)}) is beyond 07777${meantMode(mode)}`,
      advice,
    };
  if (mode <= permissions) return null;
  const message = `mode ${mode} is octal ${octal(mode)} with special bits, which newer releases refuse${meantMode(mode)}`;
  return { path: at, message, advice, severity: "warning" };
}

/** Whether a path lies in what the operating system's image holds; `/usr/local` is a link to `/var/usrlocal`. */
export function isReadOnly(path: string): boolean {
  return /^\/usr(?:\/|$)/.test(path) && !/^\/usr\/local(?:\/|$)/.test(path);
}

function sourceFlaw({ path, value }: Entry): Flaw | null {
  const source = valueAt(value, ["contents", "source"]);
  if (typeof source !== "string" || source === "" || isUnknown(source) || /^data:/i.test(source)) return null;
  const scheme = /^[a-z][a-z0-9+.-]{0,20}(?=:)/i.exec(source)?.[0];
  const what = scheme === undefined ? "is no URL" : `is a URL of the scheme "${scheme}"`;
  return {
    path: [...path, "contents", "source"],
    message: `the source of ${nameOf(value.path)} ${what}, and the operator takes contents as data: URLs only`,
    advice: "put the contents into a data: URL",
    severity: "warning",
  };
}

const nameOf = (path: Value | undefined): string => (typeof path === "string" ? path : "the file");

function appendFlaw({ path, value }: Entry): Flaw | null {
  if (!saysSomething(value.append)) return null;
  return {
    path: [...path, "append"],
    message: `append adds to ${nameOf(value.path)}, which Ignition does at the first boot only: the documents' example is a bootstrap config, and a MachineConfig cannot do it`,
    advice: "write the whole file, or a file of its own beside it",
  };
}

function pathFlaw({ path, value }: Entry): Flaw | null {
  if (typeof value.path !== "string" || !isReadOnly(value.path)) return null;
  return {
    path: [...path, "path"],
    message: `${value.path} lies below /usr, which is read-only on RHCOS`,
    advice: "write below /etc, /var or /usr/local",
  };
}

/** What is wrong with the files of a MachineConfig. Contents of files are never repeated. */
export function fileFlaws(config: Resource): readonly Flaw[] {
  const first = new Map<string, Entry>();
  return filesOf(config).flatMap((file) => {
    const { path } = file.value;
    const before = typeof path === "string" && !isUnknown(path) ? first.get(path) : undefined;
    if (typeof path === "string" && !before) first.set(path, file);
    const twice: Flaw | null = before
      ? {
          path: [...file.path, "path"],
          message: `${nameOf(path)} stands twice in this MachineConfig, and Ignition takes one path once`,
          advice: "keep one of the two",
          other: [...before.path, "path"],
        }
      : null;
    return [twice, pathFlaw(file), modeFlaw(file), sourceFlaw(file), appendFlaw(file)].flatMap(
      (flaw) => flaw ?? [],
    );
  });
}
