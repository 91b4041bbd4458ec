import type { Consumer, RegisteredConsumer } from '../log/consumer.js';
import { InvalidOptionsError } from '../log/errors.js';

/**
 * Two databases for one group would each get every event, and nobody would notice that their instances do not share the work. The same
 * database elsewhere was moved; another one at the same place was made anew: both are taken.
 *
 * @throws InvalidOptionsError that says which database the group has
 */
export function assertSameDatabase(log: string, known: RegisteredConsumer, asking: Consumer): void {
  if (known.databaseId === asking.databaseId || known.location === asking.location) return;
  throw new InvalidOptionsError(
    'group',
    `The group "${known.group}" of the log ${log} has its read models in ${known.location} since ${known.registeredAt.toISOString()}, ` +
      `not in ${asking.location}. Use that database, choose another "group", or give it up with forgetConsumer("${known.group}").`,
  );
}
