/**
 * The bytes of standard base64 text as characters 0 to 255, as the API server decodes values of Secrets: padded, with
 * line breaks and nothing else between (Go's `encoding/base64`). Null: it is none.
 */
export function decodeBase64(text: string): string | null {
  const digits = text.replaceAll(/[\r\n]/g, "");
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return null;
  return atob(digits);
}

/** Characters 0 to 255 as bytes. */
export function bytesOf(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}
