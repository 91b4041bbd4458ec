import { InvalidOptionsError, type EventRegistry, type EventStore } from '@varve/eventstore';
import type { Projection, Reactor } from '../projection/projection.js';
import type { ReadModels } from '../projection/read-models.js';

/** What the commands work on: an app's own configuration, or files named on the command line. */
export interface CliTarget {
  readonly log?: EventStore;
  readonly readModels?: ReadModels<unknown>;
  /** The code of the projections and reactors; only an app has it. */
  readonly code?: ProjectionCode;
  close(): Promise<void>;
}

export interface ProjectionCode {
  readonly registry: EventRegistry;
  readonly projections: readonly Projection<unknown>[];
  readonly reactors: readonly Reactor[];
}

export interface GlobalOptions {
  readonly log?: string;
  readonly readModels?: string;
  readonly json?: boolean;
}

export function logOf(target: CliTarget): EventStore {
  if (target.log) return target.log;
  throw new InvalidOptionsError('--log', 'This command needs a log: name its file with --log FILE.');
}

export function readModelsOf(target: CliTarget): ReadModels<unknown> {
  if (target.readModels) return target.readModels;
  throw new InvalidOptionsError(
    '--read-models',
    'This command needs read models: name their file with --read-models FILE.',
  );
}

export function codeOf(target: CliTarget): ProjectionCode {
  if (target.code) return target.code;
  throw new InvalidOptionsError(
    'app',
    'This command runs the code of a projection: start it through your app, with runVarveCli(() => import("./app.module.js")…).',
  );
}
