import { InvalidOptionsError } from '../log/errors.js';

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

const KNOWN: Readonly<Record<keyof SqliteEventStoreOptions, true>> = {
  file: true,
  durability: true,
  readOnly: true,
  create: true,
  busyTimeout: true,
  clock: true,
  logger: true,
};

const DURABILITIES: readonly string[] = ['power-cut', 'process-crash'];

export type OpenOptions = Required<SqliteEventStoreOptions>;

/** @throws InvalidOptionsError that names the option */
export function withDefaults(options: SqliteEventStoreOptions): OpenOptions {
  assertKnown(options);
  const { file, durability = 'power-cut', readOnly = false, create = true, busyTimeout = 5_000 } = options;
  if (typeof file !== 'string' || file === '' || file !== file.trim()) {
    throw new InvalidOptionsError('file', `"file" is ${JSON.stringify(file)}. Use a path, or ":memory:".`);
  }
  if (!DURABILITIES.includes(durability)) {
    throw new InvalidOptionsError(
      'durability',
      `"durability" is ${JSON.stringify(durability)}. Use 'power-cut' or 'process-crash'.`,
    );
  }
  if (readOnly && file === ':memory:') {
    throw new InvalidOptionsError('readOnly', 'A log in memory begins empty: it cannot be opened read-only.');
  }
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 0) {
    throw new InvalidOptionsError(
      'busyTimeout',
      `"busyTimeout" is ${String(busyTimeout)}. Use milliseconds, a whole number from 0.`,
    );
  }
  const clock = options.clock ?? (() => new Date());
  const logger = options.logger ?? { warn: () => undefined };
  return { file, durability, readOnly, create, busyTimeout, clock, logger };
}

/** `{ readonly: true }` would open the log for writing. */
function assertKnown(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionsError(
      'options',
      `${JSON.stringify(options)} is given for options. Give { file }.`,
    );
  }
  const unknown = Object.keys(options).find((option) => !Object.hasOwn(KNOWN, option));
  if (unknown === undefined) return;
  throw new InvalidOptionsError(
    unknown,
    `A log in SQLite knows no option "${unknown}". Known are ${Object.keys(KNOWN).join(', ')}.`,
  );
}
