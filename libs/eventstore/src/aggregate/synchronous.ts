import { InvalidOptionsError } from '../log/errors.js';
import { isPromise } from '../log/is-promise.js';

/**
 * @throws InvalidOptionsError code that tells a state from events has returned a promise: a decision would not see what it changes later,
 * and its failure would end the process
 */
export function assertSynchronous(returned: unknown, what: () => string): void {
  if (!isPromise(returned)) return;
  returned.then(undefined, () => undefined);
  throw new InvalidOptionsError(
    'handlers',
    `${what()} returned a promise. Make it synchronous: await what it needs before the command decides, and put that into the event.`,
  );
}
