import { shownOption } from '@varve/eventstore';
import { assertKnownOptions } from '../message/known-options.js';
import { InvalidBusOptionsError } from '../transport/errors.js';

/** What `SqlitePublicationStore.open` takes. Only `file` is needed. */
export interface SqlitePublicationStoreOptions {
  /** A path, or `:memory:`. A file of its own, so that it never stands in an append's way; see `publicationFileOf`. */
  readonly file: string;
  /** Creates the file if there is none. Default `true`. */
  readonly create?: boolean;
  /** How long to wait while another process writes, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number;
}

const KNOWN = { file: true, create: 'boolean', busyTimeout: true } as const;

/** @throws InvalidBusOptionsError that names the option */
export function checkedOptions(
  options: SqlitePublicationStoreOptions,
): Required<SqlitePublicationStoreOptions> {
  assertKnownOptions<SqlitePublicationStoreOptions>('a publication store in SQLite', options, KNOWN);
  const { file, create = true, busyTimeout = 5_000 } = options;
  if (typeof file !== 'string' || file === '')
    throw new InvalidBusOptionsError('file', `"file" is ${shownOption(file)}. Use a path, or ":memory:".`);
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 0)
    throw new InvalidBusOptionsError(
      'busyTimeout',
      `"busyTimeout" is ${shownOption(busyTimeout)}. Use milliseconds, a whole number from 0.`,
    );
  return { file, create, busyTimeout };
}
