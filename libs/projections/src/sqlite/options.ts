import { assertKnownOptions, shownOption } from '@varve/eventstore';
import { InvalidProjectionOptionsError } from '../index.js';
import type { SqliteReadModelsOptions } from './sqlite-read-models.js';

const KNOWN = { file: true, create: 'boolean', busyTimeout: true, clock: 'function' } as const;

/** @throws InvalidProjectionOptionsError names the option */
export function checkedOptions(options: SqliteReadModelsOptions): SqliteReadModelsOptions {
  const rules = { of: 'read models in SQLite', known: KNOWN, error: InvalidProjectionOptionsError };
  assertKnownOptions<SqliteReadModelsOptions>(options, rules);
  const { file, busyTimeout = 0 } = options;
  if (typeof file !== 'string' || file === '') {
    throw invalid('file', `The option "file" is ${shownOption(file)}: give a path, or ":memory:".`);
  }
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 0) {
    throw invalid(
      'busyTimeout',
      `The option "busyTimeout" is ${shownOption(busyTimeout)}: give milliseconds from 0.`,
    );
  }
  return options;
}

function invalid(option: string, message: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(option, message);
}
