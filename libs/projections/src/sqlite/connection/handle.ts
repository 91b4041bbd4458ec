import { isPromise } from '@varve/eventstore';

/** Ends a handle as soon as the work that it was given to is done, before anybody else's transaction can begin. */
export function ending<T>(handle: { end(): void }, work: () => T | Promise<T>): T | Promise<T> {
  let pending: T | Promise<T>;
  try {
    pending = work();
  } catch (error) {
    handle.end();
    throw error;
  }
  if (isPromise(pending)) return Promise.resolve(pending).finally(() => handle.end());
  handle.end();
  return pending;
}
