import { InvalidOptionsError, type EventRegistry, type LogReader } from '@varve/eventstore';
import type { Projection, Reactor } from '../projection/projection.js';
import type { ReadModels } from '../projection/read-models.js';
import type { CliBus } from './bus/buses.js';

/** What the commands work on: an app's own configuration, or files named on the command line. */
export interface CliTarget {
  readonly log?: LogReader;
  readonly readModels?: ReadModels<unknown>;
  /** The code of the projections and reactors; only an app has it. */
  readonly code?: ProjectionCode;
  /** How long a lease of its instances lasts, in milliseconds; only an app knows. */
  readonly leaseDuration?: number;
  /** Only an app has any. */
  readonly buses?: readonly CliBus[];
  close(): Promise<void>;
}

export interface ProjectionCode {
  readonly registry?: EventRegistry;
  readonly projections: readonly Projection<unknown>[];
  readonly reactors: readonly Reactor[];
}

/** Files where the command stands alone; names where an app has several logs or read models. */
export interface GlobalOptions {
  readonly log?: string;
  readonly readModels?: string;
  readonly json?: boolean;
}

/** What a command cannot do without. */
export type Need = 'log' | 'read-models' | 'code' | 'bus';

/** The arguments lack something: said before anything is opened. */
export class UsageError extends Error {}

/** @throws UsageError files that the command needs are not named */
export function assertNamed(needs: readonly Need[], { log, readModels }: GlobalOptions): void {
  if (needs.includes('code')) {
    throw new UsageError(
      'This command runs the code of a projection or reactor: start it through your app, with runVarveCli(() => import("./app.module.js")…).',
    );
  }
  if (needs.includes('bus')) {
    throw new UsageError(
      'This command works on the bus of an app: start it through your app, with runVarveCli(() => import("./app.module.js")…).',
    );
  }
  if (needs.includes('log') && log === undefined)
    throw new UsageError(
      'This command needs a log: name it with --log FILE, or --log mongodb://HOST/DATABASE.',
    );
  if (needs.includes('read-models') && readModels === undefined)
    throw new UsageError(
      'This command needs read models: name them with --read-models FILE, or --read-models mongodb://HOST/DATABASE.',
    );
  if (log === undefined && readModels === undefined)
    throw new UsageError('Name what to look at: --log FILE, --read-models FILE, or both.');
}

export function logOf({ log }: CliTarget): LogReader {
  if (log) return log;
  throw new InvalidOptionsError('log', 'This app has no event store.');
}

export function readModelsOf({ readModels }: CliTarget): ReadModels<unknown> {
  if (readModels) return readModels;
  throw new InvalidOptionsError(
    'readModels',
    'This app has no read models: it imports no ProjectionsModule. Use the command of the app that has them.',
  );
}

export function codeOf({ code }: CliTarget): ProjectionCode {
  if (code) return code;
  throw new InvalidOptionsError('app', 'This command needs the code of an app.');
}
