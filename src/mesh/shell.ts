/** The commands of shell scripts, as far as they can be told without running anything. */

/** A word of a script with quotes taken away; the span is that of the text as written. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What waits for the end of a substitution: the command around it, and where it began; `(`: a group. */
type Frame =
  | { readonly opened: "(" }
  | {
      readonly opened: "$(" | "`";
      readonly words: Word[];
      readonly text: string;
      readonly start: number;
      readonly from: number;
    };

/**
 * The commands of a shell script as lists of words. Quotes, escapes, continued lines, comments and here-documents
 * (left out) are understood; expansions stay as they are written, and the command of a substitution `$(…)` comes
 * before the one around it. Time is linear in the length of the text.
 */
export function shellCommands(script: string): readonly (readonly Word[])[] {
  const reader = new ShellReader(script);
  return reader.read();
}

class ShellReader {
  readonly #script: string;
  readonly #commands: Word[][] = [];
  readonly #frames: Frame[] = [];
  /** Delimiters of here-documents whose text begins with the next line. */
  #heredocs: string[] = [];
  #words: Word[] = [];
  #text = "";
  #start = -1;
  #index = 0;

  constructor(script: string) {
    this.#script = script;
  }

  read(): readonly (readonly Word[])[] {
    while (this.#index < this.#script.length) this.#step();
    while (this.#frames.length > 0) this.#close(this.#script.length + 1);
    this.#endCommand(this.#script.length);
    return this.#commands;
  }

  #step(): void {
    const script = this.#script;
    const from = this.#index;
    const char = script.charAt(from);
    this.#index++;
    if (char === "\\") this.#escape(from);
    else if (char === "'" || char === '"') {
      const closing = closingQuote(script, this.#index, char);
      this.#add(unquote(script.slice(this.#index, closing), char), from);
      this.#index = closing + 1;
    } else if (char === "#" && this.#start < 0) {
      while (this.#index < script.length && script[this.#index] !== "\n") this.#index++;
    } else if (char === "\n") {
      this.#endCommand(from);
      this.#skipHeredocs();
    } else if (char === "$" && script[this.#index] === "(") {
      this.#index++;
      this.#open("$(", from);
    } else if (char === "`") {
      if (this.#frames.at(-1)?.opened === "`") this.#close(this.#index);
      else this.#open("`", from);
    } else if (char === "(") {
      this.#endCommand(from);
      this.#frames.push({ opened: "(" });
    } else if (char === ")") {
      if (this.#frames.at(-1)?.opened === "`") this.#endCommand(from);
      else this.#close(this.#index);
    } else if (/^<<(?!<|[ \t]*\d)/.test(script.slice(from, from + 20)) && script[from - 1] !== "<") {
      this.#heredoc(from);
    } else if (";|&".includes(char)) this.#endCommand(from);
    else if (/\s/.test(char)) this.#endWord(from);
    else this.#add(char, from);
  }

  #escape(from: number): void {
    const continued = /^\r?\n/.exec(this.#script.slice(this.#index, this.#index + 2));
    if (!continued) this.#add(this.#script.charAt(this.#index), from);
    this.#index += continued ? continued[0].length : 1;
  }

  #add(part: string, from: number): void {
    if (this.#start < 0) this.#start = from;
    this.#text += part;
  }

  #endWord(end: number): void {
    if (this.#start >= 0) this.#words.push({ text: this.#text, start: this.#start, end });
    this.#text = "";
    this.#start = -1;
  }

  #endCommand(end: number): void {
    this.#endWord(end);
    if (this.#words.length > 0) this.#commands.push(this.#words);
    this.#words = [];
  }

  #open(opened: "$(" | "`", from: number): void {
    this.#frames.push({ opened, words: this.#words, text: this.#text, start: this.#start, from });
    this.#words = [];
    this.#text = "";
    this.#start = -1;
  }

  /** Ends a group or substitution; what was substituted belongs to the word around it, as it is written. */
  #close(end: number): void {
    this.#endCommand(end - 1);
    const frame = this.#frames.pop();
    if (!frame || frame.opened === "(") return;
    this.#words = frame.words;
    this.#text = frame.text;
    this.#start = frame.start;
    this.#add(this.#script.slice(frame.from, end), frame.from);
  }

  #heredoc(from: number): void {
    this.#endWord(from);
    const written = /^<<-?[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([^\s;|&()<>]+))/.exec(
      this.#script.slice(from, from + 200),
    );
    this.#index = from + (written?.[0].length ?? 2);
    if (written) this.#heredocs.push(written[1] ?? written[2] ?? written[3] ?? "");
  }

  #skipHeredocs(): void {
    for (const delimiter of this.#heredocs) {
      while (this.#index < this.#script.length) {
        const found = this.#script.indexOf("\n", this.#index);
        const end = found < 0 ? this.#script.length : found;
        const line = this.#script.slice(this.#index, end).trim();
        this.#index = Math.min(end + 1, this.#script.length);
        if (line === delimiter) break;
      }
    }
    this.#heredocs = [];
  }
}

function closingQuote(script: string, from: number, quote: string): number {
  let index = from;
  while (index < script.length && script[index] !== quote) {
    if (quote === '"' && script[index] === "\\") index++;
    index++;
  }
  return Math.min(index, script.length);
}

function unquote(text: string, quote: string): string {
  return quote === '"' ? text.replace(/\\(?:\r?\n|(["\\$`]))/g, "$1") : text;
}
