import { InvalidOptionsError } from '../log/errors.js';

/** A group of projector instances and the one read-model database that they share. */
export interface Consumer {
  readonly group: string;
  /** The database's own id, which travels with it. */
  readonly databaseId: string;
  /** Where a person finds the database. */
  readonly location: string;
}

export interface RegisteredConsumer extends Consumer {
  readonly registeredAt: Date;
}

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
