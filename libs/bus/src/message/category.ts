import { categoryOf } from '@varve/eventstore';
import { InvalidBusOptionsError } from './errors.js';

/** @throws InvalidBusOptionsError no stream has such a category, so that whatever is meant by it never happens */
export function assertCategory(option: string, category: string): void {
  if (category !== '' && category === categoryOf(category)) return;
  throw new InvalidBusOptionsError(
    option,
    `"${category}" is no category: a category is what stands before the first "-" of a stream's name, such as "order".`,
  );
}
