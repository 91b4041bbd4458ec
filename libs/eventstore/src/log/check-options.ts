import { InvalidArgumentError } from './errors.js';
import type { AppendOptions, ReadAllOptions } from './event-store.js';
import { assertKnownNames, type OptionsKnown } from './known-options.js';

const OF_APPEND: OptionsKnown<AppendOptions> = {
  of: 'append',
  known: { commitId: true, at: true },
  error: InvalidArgumentError,
};

/** @throws InvalidArgumentError for an option that there is not: a commit id under another name would be none */
export function assertAppendOptions(options: AppendOptions): void {
  assertKnownNames(options, OF_APPEND);
}

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
  const isDate = at === undefined || Object.prototype.toString.call(at) === '[object Date]';
  const time = isDate ? (at ?? clock()).getTime() : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError('at', `"at" is ${String(at)}. Use a Date that is valid.`);
}

/** @throws InvalidArgumentError for a filter that would match nothing, or something else than it says */
export function assertFilter({ categories, types }: ReadAllOptions): void {
  for (const [name, filter] of Object.entries({ categories, types })) {
    if (filter === undefined) continue;
    const isList = Array.isArray(filter) && filter.every((each: unknown) => typeof each === 'string');
    if (!isList) throw new InvalidArgumentError(name, `"${name}" is no array of texts.`);
  }
}
