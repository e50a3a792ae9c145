/** The offset at which the line of an offset begins; linear in the length of the line alone. */
export function lineStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
  return start;
}

/** How many characters stand before an offset on its line. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** How many spaces the line of an offset begins with. */
export function indentOf(text: string, offset: number): number {
  let end = lineStart(text, offset);
  const start = end;
  while (text[end] === " ") end++;
  return end - start;
}
