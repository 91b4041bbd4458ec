import { InvalidArgumentError } from './errors.js';

/** The value, or `fallback` without one. @throws InvalidArgumentError when it is no whole number within the bounds */
export function wholeNumber(
  name: string,
  value: number | undefined,
  bounds: { readonly min: number; readonly max?: number; readonly fallback: number },
): number {
  if (value === undefined) return bounds.fallback;
  const max = bounds.max ?? Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(value) && value >= bounds.min && value <= max) return value;
  throw new InvalidArgumentError(
    name,
    `"${name}" is ${String(value)}. Use a whole number from ${bounds.min} to ${max}.`,
  );
}

/** @throws InvalidArgumentError for a time that is none */
export function timeOf(at: Date | undefined, clock: () => Date): number {
  const time = (at ?? clock()).getTime();
  if (Number.isNaN(time)) throw new InvalidArgumentError('at', '"at" is an invalid Date.');
  return time;
}
