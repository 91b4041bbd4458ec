import { InvalidProjectionOptionsError } from './errors.js';

/**
 * @throws InvalidProjectionOptionsError there is none, or one is no function: the events of its type would be passed over without a word
 */
export function handlersIn<Handler>(
  what: string,
  on: Readonly<Record<string, Handler>>,
): ReadonlyMap<string, Handler> {
  const given: unknown = on;
  const handlers = new Map(typeof given === 'object' && given !== null ? Object.entries(on) : []);
  if (handlers.size === 0)
    throw invalid(`${what} handles no event type. Give it at least one handler in "on".`);
  for (const [type, handler] of handlers) {
    if (typeof handler !== 'function') throw invalid(`${what} has no function for "${type}" in "on".`);
  }
  return handlers;
}

function invalid(message: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError('on', message);
}
