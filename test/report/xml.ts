/** An element of an XML text that has elements or text inside, never both. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
// Characters that XML 1.0 has, and none of markup.
const textPattern = String.raw`(?:&(?:amp|lt|gt|quot);|[\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}])`;
const attribute = new RegExp(String.raw`\s+([\w-]+)="((?:(?![<>"])${textPattern})*)"`, "uy");
const body = new RegExp(String.raw`(?:(?![<>])${textPattern})*`, "uy");

function unescape(raw: string): string {
  if (/&(?!(?:amp|lt|gt|quot);)/.test(raw)) throw new Error(`a bare & in ${raw}`);
  return raw.replace(/&(\w+);/g, (_all, name: string) => entities[name] ?? "");
}

/** Reads XML as far as reports need it, and throws where it is not well-formed. */
export function readXml(source: string): XmlElement {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) at += match[0].length;
    return match;
  };
  const need = (pattern: RegExp): RegExpExecArray => {
    const match = take(pattern);
    if (!match) throw new Error(`no ${pattern.source} at ${JSON.stringify(source.slice(at, at + 60))}`);
    return match;
  };
  const element = (): XmlElement => {
    const [, name = ""] = need(/<([a-z-]+)/y);
    const attributes: Record<string, string> = {};
    for (let found = take(attribute); found; found = take(attribute)) {
      const [, key = "", value = ""] = found;
      if (Object.hasOwn(attributes, key)) throw new Error(`two attributes ${key}`);
      attributes[key] = unescape(value);
    }
    if (take(/\/>/y)) return { name, attributes, children: [], text: "" };
    need(/>/y);
    const children: XmlElement[] = [];
    let text = need(body)[0];
    while (!source.startsWith("</", at)) {
      children.push(element());
      text += need(body)[0];
    }
    need(new RegExp(`</${name}>`, "y"));
    if (children.length > 0 && text.trim() !== "") throw new Error(`text beside elements in ${name}`);
    return { name, attributes, children, text: unescape(text) };
  };
  need(/<\?xml version="1\.0" encoding="UTF-8"\?>\n/y);
  const root = element();
  need(/\n$/y);
  return root;
}
