import { isPromise } from './is-promise.js';

/** Tells a listener, which must not decide what becomes of whoever tells it: what it throws is dropped, and so is what it rejects. */
export function tell<Event>(listener: ((event: Event) => void) | undefined, event: Event): void {
  try {
    const answer: unknown = listener?.(event);
    if (isPromise(answer)) answer.then(undefined, () => undefined);
  } catch {
    return;
  }
}
