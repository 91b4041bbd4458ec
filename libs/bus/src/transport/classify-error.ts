/** `temporary`: try again. `permanent`: the handler says never. `poison`: the message itself cannot be read. */
export type ErrorClass = 'temporary' | 'permanent' | 'poison';

/** What is not known is temporary: giving up on what would have passed loses a message, one try too many does not. */
export function classifyError(error: unknown): ErrorClass {
  if (!(error instanceof Error)) return 'temporary';
  if ('code' in error && error.code === 'message-rejected') return 'poison';
  return 'retryable' in error && error.retryable === false ? 'permanent' : 'temporary';
}
