/** A colon before a comma or bracket: js-yaml ends a key there, kubectl does not. */
export const colonBeforeIndicator = /[^\s"'[{,]:[,\]}]/;

/**
 * The text with the line breaks and comments inside quoted scalars and flow collections turned into spaces: every
 * offset stays the same. kubectl's reader asks nothing of the indentation there, js-yaml does (quoted text that goes
 * on further left, a closing bracket below its key), so a text that js-yaml refuses for it is read in this form, and
 * the scalars are then decoded from the original.
 */
export function flatten(text: string): string {
  return new Flattening(text).result();
}

class Flattening {
  readonly #text: string;
  #output = "";
  /** Everything before it is in the output. */
  #copied = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  result(): string {
    while (this.#at < this.#text.length) this.#line();
    return this.#output + this.#text.slice(this.#copied);
  }

  /** A line in block context, with everything that its last value takes up. */
  #line(): void {
    const start = this.#at;
    const indent = this.#skipSpaces();
    let column = indent;
    if (this.#text.startsWith("---", start)) this.#at += 3;
    for (;;) {
      this.#skipSpaces();
      const character = this.#text[this.#at];
      if ((character === "-" || character === "?" || character === ":") && this.#isBlank(this.#at + 1)) {
        const begin = this.#at - start;
        // The colon behind a key says nothing of where the key stands.
        if (character !== ":" || begin === indent) column = begin;
        this.#at++;
      } else if (character === "!" || character === "&" || character === "*") this.#skipWord();
      else if (character === '"' || character === "'" || character === "[" || character === "{") {
        const begin = this.#at - start;
        this.#flow();
        if (this.#isKeyEnd()) column = begin;
      } else if (character === "|" || character === ">") return this.#skipDeeper(column);
      else if (character === undefined || character === "#" || this.#isBreak(this.#at))
        return this.#nextLine();
      else {
        const begin = this.#at - start;
        if (!this.#plain()) return this.#skipDeeper(column);
        column = begin;
      }
    }
  }

  #isKeyEnd(): boolean {
    this.#skipSpaces();
    return this.#text[this.#at] === ":";
  }

  /** Goes to the end of a plain scalar; true if it is a key. */
  #plain(): boolean {
    for (; this.#at < this.#text.length && !this.#isBreak(this.#at); this.#at++) {
      const character = this.#text[this.#at];
      if (character === ":" && this.#isBlank(this.#at + 1)) return true;
      if (character === "#" && this.#isBlank(this.#at - 1)) return false;
    }
    return false;
  }

  /** Leaves the line and those behind it that are blank or indented deeper than a column. */
  #skipDeeper(column: number): void {
    this.#nextLine();
    while (this.#at < this.#text.length) {
      const start = this.#at;
      const indent = this.#skipSpaces();
      const isContent = indent > column || this.#isBreak(this.#at);
      if (!isContent) {
        this.#at = start;
        return;
      }
      this.#nextLine();
    }
  }

  #flow(): void {
    let depth = 0;
    let atTokenStart = true;
    do {
      const character = this.#text[this.#at] ?? "";
      if (atTokenStart && (character === '"' || character === "'")) {
        this.#quoted(character);
        atTokenStart = this.#text[this.#at] === ":";
        continue;
      }
      if (character === "[" || character === "{") depth++;
      else if (character === "]" || character === "}") depth--;
      if (this.#isBreak(this.#at) || character === "\t") this.#blank(this.#at + 1);
      else if (this.#isText(character, atTokenStart)) {
        this.#replace("_");
        atTokenStart = false;
      } else if (character === "#" && this.#isBlank(this.#at - 1)) this.#blank(this.#lineEnd());
      else {
        if ("[{,".includes(character) || (character === ":" && this.#isBlank(this.#at + 1)))
          atTokenStart = true;
        else if (character !== " " && character !== "\t") atTokenStart = false;
        this.#at++;
      }
    } while (depth > 0 && this.#at < this.#text.length);
  }

  #quoted(quote: string): void {
    this.#at++;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      if (character === quote && quote === "'" && this.#text[this.#at + 1] === "'") this.#at += 2;
      else if (character === quote) {
        this.#at++;
        return;
      } else if (this.#isBreak(this.#at)) this.#blank(this.#at + 1);
      else if (character === "\\" && quote === '"' && !this.#isBreak(this.#at + 1)) this.#at += 2;
      else this.#at++;
    }
  }

  /** For kubectl a colon at the end of a word, or a lone dash, is text: `[2001:db8::, -]`. */
  #isText(character: string, atTokenStart: boolean): boolean {
    if (character !== (atTokenStart ? "-" : ":")) return false;
    return ",]}".includes(this.#text[this.#at + 1] ?? " ");
  }

  #blank(end: number): void {
    this.#replace(" ".repeat(end - this.#at));
  }

  #replace(by: string): void {
    this.#output += this.#text.slice(this.#copied, this.#at) + by;
    this.#at += by.length;
    this.#copied = this.#at;
  }

  #skipSpaces(): number {
    const start = this.#at;
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
    return this.#at - start;
  }

  #skipWord(): void {
    while (!this.#isBlank(this.#at)) this.#at++;
  }

  #nextLine(): void {
    this.#at = this.#lineEnd();
    if (this.#text.startsWith("\r\n", this.#at)) this.#at++;
    this.#at++;
  }

  #lineEnd(): number {
    let end = this.#at;
    while (end < this.#text.length && !this.#isBreak(end)) end++;
    return end;
  }

  #isBreak(offset: number): boolean {
    return this.#text[offset] === "\n" || this.#text[offset] === "\r";
  }

  /** White space, a line break, or an end of the text. */
  #isBlank(offset: number): boolean {
    const character = this.#text[offset];
    return character === undefined || character === " " || character === "\t" || this.#isBreak(offset);
  }
}
