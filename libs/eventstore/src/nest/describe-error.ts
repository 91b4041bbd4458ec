import { messageOf } from '../log/message-of.js';

/** What a health check says of an error: nothing that a stack or a cause would give away. */
export function describeError(error: unknown): Record<string, unknown> {
  const code = error instanceof Error && 'code' in error ? { code: error.code } : {};
  return { ...code, message: messageOf(error) };
}
