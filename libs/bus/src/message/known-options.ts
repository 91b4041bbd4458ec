import { assertKnownOptions as assertKnown, type OptionKind } from '@varve/eventstore';
import { InvalidBusOptionsError } from './errors.js';

/**
 * `known` is an object, so that the compiler misses an option that it lacks. `path` is that of an option that holds others.
 *
 * @throws InvalidBusOptionsError they are no object, or hold an option that nobody reads, or one of another kind
 */
export function assertKnownOptions<Options extends object>(
  of: string,
  options: unknown,
  known: Readonly<Record<keyof Required<Options>, OptionKind>>,
  path = '',
): void {
  assertKnown<Options>(options, { of, known, path, error: InvalidBusOptionsError });
}
