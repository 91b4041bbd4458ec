import { systemTimers, type EventStore, type Position, type Timers } from '@varve/eventstore';
import { InvalidProjectionOptionsError, UnknownProjectionError } from './errors.js';
import type { ProjectionVersion, ReadModels } from './read-models.js';
import { sleep } from './sleep.js';

export type WaitOutcome =
  | { readonly reached: true; readonly position: Position }
  | {
      readonly reached: false;
      /**
       * `parked`: the live version has passed the position, but not applied it: its stream is set aside. `paused` by a person, `stopped` by
       * a failure: it will not come until somebody resumes it.
       */
      readonly reason: 'timeout' | 'parked' | 'paused' | 'stopped';
      /** How far the live version has come. */
      readonly position: Position;
    };

export interface WaitOptions {
  /** In milliseconds, default 5,000; 0 looks once. */
  readonly timeout?: number;
  /** @throws its reason */
  readonly signal?: AbortSignal;
}

export interface WaitContext {
  readonly log: Pick<EventStore, 'logId' | 'commitAt'>;
  readonly readModels: Pick<ReadModels<never>, 'listVersions' | 'listParked' | 'location'>;
  /** Projections that will be there once a projector has started: they are waited for. */
  readonly expected?: ReadonlySet<string>;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  readonly timers?: Timers;
}

const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 25;

/**
 * Waits until readers of a projection see what stands at `position`: read your writes. It asks the database, so it works in every process
 * that can read it, whichever instance has the lease.
 *
 * @throws UnknownProjectionError no version of it is live
 * @throws InvalidProjectionOptionsError the position or the timeout is none
 */
export async function waitFor(
  context: WaitContext,
  position: Position,
  name: string,
  options: WaitOptions = {},
): Promise<WaitOutcome> {
  const { clock = () => performance.now(), timers = systemTimers } = context;
  const { timeout = 5_000, signal } = options;
  assertNumbers(position, timeout);
  const deadline = clock() + timeout;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    signal?.throwIfAborted();
    const outcome = await look(context, position, name);
    if (outcome.reached || outcome.reason !== 'timeout') return outcome;
    const left = deadline - clock();
    if (left <= 0) return outcome;
    await sleep(timers, Math.min(pause, left), signal);
  }
}

function assertNumbers(position: Position, timeout: number): void {
  if (!Number.isSafeInteger(position) || position < 0) {
    throw new InvalidProjectionOptionsError(
      'position',
      `${position} is no position: give a whole number from 0.`,
    );
  }
  if (Number.isNaN(timeout) || timeout < 0) {
    throw new InvalidProjectionOptionsError(
      'timeout',
      `A timeout of ${timeout} ms is none: give a number from 0.`,
    );
  }
}

async function look(context: WaitContext, wanted: Position, name: string): Promise<WaitOutcome> {
  const { log, readModels } = context;
  const live = (await readModels.listVersions(name)).find((version) => version.live);
  if (!live) {
    if (!context.expected?.has(name)) throw new UnknownProjectionError(name, readModels.location);
    return { reached: false, reason: 'timeout', position: 0 };
  }
  const { position, logId } = live.checkpoint;
  if (logId !== log.logId) return { reached: false, reason: 'stopped', position };
  if (position >= wanted) {
    if (await isParked(context, live, wanted)) return { reached: false, reason: 'parked', position };
    return { reached: true, position };
  }
  const { state } = live.lease;
  return { reached: false, reason: state === 'active' ? 'timeout' : state, position };
}

async function isParked(
  { log, readModels }: WaitContext,
  live: ProjectionVersion,
  position: Position,
): Promise<boolean> {
  if (live.parked === 0) return false;
  const commit = await log.commitAt(position);
  if (!commit) return false;
  const parked = await readModels.listParked(live.processor);
  return parked.some(
    ({ stream, nextVersion }) => stream === commit.stream && nextVersion <= commit.lastVersion,
  );
}
