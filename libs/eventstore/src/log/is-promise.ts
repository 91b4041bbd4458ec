/** Promises of other libraries, which may be functions, are no instances of ours. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  const mayBe = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayBe && 'then' in value && typeof value.then === 'function';
}
