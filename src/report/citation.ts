import type { Documentation } from "../model/finding.ts";

/** `OpenShift Serverless 1.32, Integrations, section 1.4.2`; the sections of one document are named together. */
export function citations(documentation: readonly Documentation[]): readonly string[] {
  const sections = new Map<string, string[]>();
  for (const { title, section } of documentation) {
    const known = sections.get(title);
    if (!known) sections.set(title, section === "" ? [] : [section]);
    else if (section !== "" && !known.includes(section)) known.push(section);
  }
  return Array.from(sections, ([title, list]) => {
    if (list.length === 0) return title;
    return `${title}, ${list.length === 1 ? "section" : "sections"} ${list.join(", ")}`;
  });
}
