import { decodeBase64 } from "./base64.ts";

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  /** `CERTIFICATE`, `RSA PRIVATE KEY`. */
  readonly label: string;
  /** The bytes as characters 0 to 255; null: what stands between the lines is no base64 text. */
  readonly content: string | null;
  /** It is encrypted with a passphrase: `ENCRYPTED PRIVATE KEY`, or a header `Proc-Type`. */
  readonly encrypted: boolean;
}

export interface PemText {
  readonly blocks: readonly PemBlock[];
  /** The text ends inside a block. */
  readonly cut: boolean;
}

/** `Proc-Type: 4,ENCRYPTED` and other headers, which end with an empty line. */
const header = /^[\w-]+: ?[^\n]*\n/;

function blockOf(label: string, body: string): PemBlock {
  let rest = body.replaceAll("\r", "").replace(/^[ \t]*\n/, "");
  let encrypted = label.startsWith("ENCRYPTED ");
  for (let found = header.exec(rest); found; found = header.exec(rest)) {
    if (/^Proc-Type: ?4, ?ENCRYPTED/.test(found[0])) encrypted = true;
    rest = rest.slice(found[0].length);
  }
  return { label, content: decodeBase64(rest.replaceAll(/[ \t\n]/g, "")), encrypted };
}

/** The PEM blocks of a text in their order; anything around them is passed over. Linear in the text's length. */
export function pemBlocks(text: string): PemText {
  const blocks: PemBlock[] = [];
  const begin = /-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,60})-----/g;
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const label = found[1] ?? "";
    const close = `-----END ${label}-----`;
    const end = text.indexOf(close, begin.lastIndex);
    // No block after this one can be told from its content.
    if (end < 0) return { blocks, cut: true };
    blocks.push(blockOf(label, text.slice(begin.lastIndex, end)));
    begin.lastIndex = end + close.length;
  }
  return { blocks, cut: false };
}
