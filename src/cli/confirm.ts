import type { Io } from "./io.ts";

/** Whether a stream is a terminal with somebody before it; jobs that build and deploy have terminals, too. */
export function isTerminal(
  { env }: Io,
  stream: { readonly isTTY?: boolean | undefined } | undefined,
): boolean {
  const { CI } = env;
  return stream?.isTTY === true && env.TERM !== "dumb" && (CI === undefined || CI === "" || CI === "false");
}

/** Asks a question on the terminal; anything but yes is no. */
export async function confirmed(io: Io, question: string): Promise<boolean> {
  io.stderr.write(question);
  const decoder = new TextDecoder();
  let answer = "";
  for await (const chunk of io.stdin ?? []) {
    answer += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (/[\r\n]/.test(answer)) break;
  }
  return /^\s*y(?:es)?\s*$/i.test(answer.split(/[\r\n]/, 1)[0] ?? "");
}
