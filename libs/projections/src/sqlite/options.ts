import { InvalidProjectionOptionsError } from '../index.js';
import type { SqliteReadModelsOptions } from './sqlite-read-models.js';

const KNOWN: Readonly<Record<keyof SqliteReadModelsOptions, true>> = {
  file: true,
  create: true,
  busyTimeout: true,
  clock: true,
};

/** @throws InvalidProjectionOptionsError names the option */
export function checkedOptions(options: SqliteReadModelsOptions): SqliteReadModelsOptions {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) {
    throw invalid('options', `${JSON.stringify(given)} is given for options: give { file }.`);
  }
  const unknown = Object.keys(given).find((option) => !Object.hasOwn(KNOWN, option));
  if (unknown !== undefined) {
    const known = Object.keys(KNOWN).join(', ');
    throw invalid(unknown, `Read models in SQLite know no option "${unknown}": known are ${known}.`);
  }
  const { file, busyTimeout = 0 } = options;
  if (typeof file !== 'string' || file === '') {
    throw invalid('file', `The option "file" is ${JSON.stringify(file)}: give a path, or ":memory:".`);
  }
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 0) {
    throw invalid(
      'busyTimeout',
      `The option "busyTimeout" is ${String(busyTimeout)}: give milliseconds from 0.`,
    );
  }
  return options;
}

function invalid(option: string, message: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(option, message);
}
