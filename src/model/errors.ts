/** Wrong usage, config or a path that cannot be read: exit 2, the message alone is shown, never a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
