import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { PublicationHost } from './publication-host.js';

/** A half message is prepared on one bus: the import order decides between buses of which only one is to, and for two there is no order. */
export function insteadOfThis(
  name: string,
  others: readonly Pick<PublicationHost, 'name' | 'hasTwoPhases'>[],
): InvalidBusOptionsError {
  const both = others.find(({ hasTwoPhases }) => hasTwoPhases);
  const names = [name, ...others.map((each) => each.name)].map((each) => `"${each}"`).join(' and ');
  const remedy = both
    ? `Of "${name}" and "${both.name}" leave one with 'two-phase', and publish by the relay on the other: give its categories 'relay', or leave out its publication.categories.`
    : `Import the BusModule "${name}" first: a BusModule.forRootAsync that is imported before it stands in its place, whatever its options turn out to be.`;
  return new InvalidBusOptionsError(
    'publication.categories',
    `The buses ${names} have the same log, which can be published in two phases on one bus only. ${remedy}`,
  );
}
