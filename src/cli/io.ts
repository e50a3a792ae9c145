export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** What the command line has of the world, so that tests can give it another one. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin?: AsyncIterable<string | Uint8Array>;
  /** Absolute path of the working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
