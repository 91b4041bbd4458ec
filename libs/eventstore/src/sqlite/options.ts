import { InvalidOptionsError } from '../log/errors.js';
import { assertKnownOptions, shownOption } from '../log/known-options.js';

/** What `SqliteEventStore.open` takes. Only `file` is needed. */
export interface SqliteEventStoreOptions {
  /** The path of the log, or `:memory:`. */
  readonly file: string;
  /**
   * What an acknowledged append survives. `power-cut` (the default) waits for the disk at every commit; `process-crash` only hands the
   * commit to the operating system, and is refused together with read models in another file. Without meaning for `:memory:`.
   */
  readonly durability?: 'power-cut' | 'process-crash';
  /** Reads only; every write is refused. Default `false`. */
  readonly readOnly?: boolean;
  /** Creates the log if there is none. Default `true`. */
  readonly create?: boolean;
  /** How long to wait while another process holds the write lock, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number;
  /** The time of commits that do not bring their own. */
  readonly clock?: () => Date;
  /** Hears what a person should know although no call has failed. */
  readonly logger?: { warn(message: string): void };
}

const KNOWN = {
  file: true,
  durability: true,
  readOnly: 'boolean',
  create: 'boolean',
  busyTimeout: true,
  clock: 'function',
  logger: 'object',
} as const;

const DURABILITIES: readonly string[] = ['power-cut', 'process-crash'];

export type OpenOptions = Required<SqliteEventStoreOptions>;

/** @throws InvalidOptionsError that names the option */
export function withDefaults(options: SqliteEventStoreOptions): OpenOptions {
  const rules = { of: 'a log in SQLite', known: KNOWN, error: InvalidOptionsError };
  assertKnownOptions<SqliteEventStoreOptions>(options, rules);
  const { file, durability = 'power-cut', readOnly = false, create = true, busyTimeout = 5_000 } = options;
  if (typeof file !== 'string' || file === '' || file !== file.trim()) {
    throw new InvalidOptionsError('file', `"file" is ${shownOption(file)}. Use a path, or ":memory:".`);
  }
  if (!DURABILITIES.includes(durability)) {
    throw new InvalidOptionsError(
      'durability',
      `"durability" is ${shownOption(durability)}. Use 'power-cut' or 'process-crash'.`,
    );
  }
  if (readOnly && file === ':memory:') {
    throw new InvalidOptionsError('readOnly', 'A log in memory begins empty: it cannot be opened read-only.');
  }
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 0) {
    throw new InvalidOptionsError(
      'busyTimeout',
      `"busyTimeout" is ${shownOption(busyTimeout)}. Use milliseconds, a whole number from 0.`,
    );
  }
  const clock = options.clock ?? (() => new Date());
  const logger = options.logger ?? { warn: () => undefined };
  return { file, durability, readOnly, create, busyTimeout, clock, logger };
}
