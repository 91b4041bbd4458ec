/** Promises of other libraries are no instances of ours. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return value instanceof Object && 'then' in value && typeof value.then === 'function';
}
