import {
  systemTimers,
  type LogReader,
  type Position,
  type ProcessorId,
  type StreamName,
  type StreamVersion,
  type Timers,
} from '@varve/eventstore';
import { InvalidProjectionOptionsError, UnknownProjectionError } from '../errors.js';
import type { ProjectionVersion, ReadModels } from '../read-models.js';
import { SharedLooks } from './shared-looks.js';
import { WaitTarget } from './wait-target.js';

/** What `waitFor` answers: readers see what was asked for, or why not. */
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

/** How long `waitFor` waits. */
export interface WaitOptions {
  /** In milliseconds, default 5,000; 0 looks once. */
  readonly timeout?: number;
  /** Aborted: the wait ends. @throws its reason */
  readonly signal?: AbortSignal;
}

/** Where `waitFor` looks. Nothing of it is written to, and no projector need run in this process. */
export interface WaitContext {
  readonly log: Pick<LogReader, 'logId' | 'commitAt' | 'readStream'>;
  readonly readModels: Pick<
    ReadModels<never>,
    'listVersions' | 'listParked' | 'appliedUpTo' | 'loadApplied' | 'location'
  >;
  /** Projections that will be there once a projector has started: they are waited for. */
  readonly expected?: ReadonlySet<string>;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  readonly timers?: Timers;
}

/** A version of a stream: what an append answers where no position is known. */
export interface StreamPoint {
  readonly stream: StreamName;
  readonly version: StreamVersion;
}

const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 25;

/**
 * Waits until readers of a projection see what stands at a position, or a version of a stream: read your writes. It asks the database, so it
 * works in every process that can read it, whichever instance has the lease. A projection that is fed by a bus sees it before it has come
 * to its position.
 *
 * @throws UnknownProjectionError no version of it is live
 * @throws InvalidProjectionOptionsError the target or the timeout is none
 */
export function waitFor(
  context: WaitContext,
  target: Position | StreamPoint,
  name: string,
  options: WaitOptions = {},
): Promise<WaitOutcome> {
  return new Waiting(context).for(target, name, options);
}

/** The same for many who wait at the same time: they share looks at the database. */
export class Waiting {
  readonly #context: WaitContext;
  readonly #clock: () => number;
  readonly #looks = new Map<string, SharedLooks<Seen>>();

  constructor(context: WaitContext) {
    this.#context = context;
    this.#clock = context.clock ?? (() => performance.now());
  }

  async for(
    target: Position | StreamPoint,
    name: string,
    { timeout = 5_000, signal }: WaitOptions = {},
  ): Promise<WaitOutcome> {
    assertTarget(target);
    assertTimeout(timeout);
    assertName(name);
    signal?.throwIfAborted();
    const wanted = new WaitTarget(this.#context.log, target);
    const deadline = this.#clock() + timeout;
    let seen = await this.#look(name);
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      const outcome = await judge(this.#context, seen, wanted, name);
      if (outcome.reached || outcome.reason !== 'timeout') return outcome;
      const left = deadline - this.#clock();
      if (left <= 0) return outcome;
      seen = await this.#looksAt(name).after(Math.min(pause, left), signal);
    }
  }

  #looksAt(name: string): SharedLooks<Seen> {
    const known = this.#looks.get(name);
    if (known) return known;
    const looks = new SharedLooks(() => this.#look(name), this.#clock, this.#context.timers ?? systemTimers);
    this.#looks.set(name, looks);
    return looks;
  }

  async #look(name: string): Promise<Seen> {
    const { readModels } = this.#context;
    const live = (await readModels.listVersions(name)).find((version) => version.live);
    let keepsVersions: Promise<boolean> | undefined;
    return {
      live,
      keepsVersions: (processor) =>
        (keepsVersions ??= readModels.appliedUpTo(processor).then((position) => position !== undefined)),
    };
  }
}

function assertTarget(target: Position | StreamPoint): void {
  const given: unknown = target;
  if (typeof given === 'object' && given !== null && 'version' in given)
    assertWhole('version', given.version, 1);
  else assertWhole('position', given, 0);
}

/** Also where somebody waits for something else first: a timer takes what is no number for a millisecond. */
export function assertTimeout(timeout: number): void {
  if (typeof timeout === 'number' && timeout >= 0) return;
  throw new InvalidProjectionOptionsError(
    'timeout',
    `A timeout of ${String(timeout)} ms is none: give a number from 0.`,
  );
}

/** Without a name all projections would be looked at, and any of them be the answer. */
function assertName(name: unknown): void {
  if (typeof name === 'string') return;
  throw new InvalidProjectionOptionsError('name', `${String(name)} is no projection's name: give a text.`);
}

function assertWhole(option: 'position' | 'version', value: unknown, least: number): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return;
  throw new InvalidProjectionOptionsError(
    option,
    `${String(value)} is no ${option}: give a whole number from ${least}.`,
  );
}

/** What one look has found, for all whom it serves. */
interface Seen {
  readonly live: ProjectionVersion | undefined;
  /** Whether a bus feeds it. Asked when somebody wants to know. */
  readonly keepsVersions: (processor: ProcessorId) => Promise<boolean>;
}

async function judge(
  context: WaitContext,
  seen: Seen,
  wanted: WaitTarget,
  name: string,
): Promise<WaitOutcome> {
  const { live } = seen;
  if (!live) {
    if (!context.expected?.has(name)) throw new UnknownProjectionError(name, context.readModels.location);
    return { reached: false, reason: 'timeout', position: 0 };
  }
  const { position, logId } = live.checkpoint;
  if (wanted.isOfAnotherLog(logId)) return { reached: false, reason: 'stopped', position };
  if (await isDealtWith(context, seen, live, wanted)) {
    if (await isParked(context, live, wanted)) return { reached: false, reason: 'parked', position };
    return { reached: true, position };
  }
  const { state } = live.lease;
  return { reached: false, reason: state === 'active' ? 'timeout' : state, position };
}

/** By the position, or by the versions, which a bus may have brought further. */
async function isDealtWith(
  { readModels }: WaitContext,
  { keepsVersions }: Pick<Seen, 'keepsVersions'>,
  { processor, checkpoint }: ProjectionVersion,
  wanted: WaitTarget,
): Promise<boolean> {
  if (wanted.isWithin(checkpoint.position)) return true;
  if (await keepsVersions(processor)) {
    const point = await wanted.point();
    const version = point && (await readModels.loadApplied(processor, [point.stream])).get(point.stream);
    if (point && version !== undefined && version >= point.version) return true;
  }
  const position = await wanted.position();
  return position !== undefined && position <= checkpoint.position;
}

async function isParked(
  { readModels }: WaitContext,
  live: ProjectionVersion,
  wanted: WaitTarget,
): Promise<boolean> {
  if (live.parked === 0) return false;
  const point = await wanted.point();
  if (!point) return false;
  const parked = await readModels.listParked(live.processor, point.stream);
  return parked.some(({ stream, nextVersion }) => stream === point.stream && nextVersion <= point.version);
}
