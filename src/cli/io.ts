export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Of a terminal: its width. */
  readonly columns?: number | undefined;
}

/** What the command line has of the world, so that tests can give it another one. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin?: AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean | undefined };
  /** Absolute path of the working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Calls back at the first request to end (Ctrl-C, the end of a job) instead of ending at once; the next one ends the
   * process. Returns what stops listening.
   */
  readonly onInterrupt?: (handler: () => void) => () => void;
}
