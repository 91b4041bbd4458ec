import { InvalidOptionsError } from '../../log/errors.js';
import type { Position } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { Checkpoint } from '../checkpoint-store.js';
import { LeaseLostError, MustStopError } from '../errors.js';
import { keepsVersions, type AppliedVersions } from '../feed/applied-versions.js';
import type { Feeding } from '../feed/feeding.js';
import { Known } from '../feed/known-versions.js';
import type { LeaseKeeper } from '../lease/lease-keeper.js';
import type { Lease } from '../lease/lease-store.js';
import type { ParkedSequence } from '../parking/parked-sequences.js';
import type { ProcessorSettings } from '../processor-options.js';
import type { StatusBoard } from '../processor-status.js';
import type { BatchSize } from './batch-size.js';
import type { HandlerWatch } from './handler-watch.js';
import { verifyLog } from './verify-log.js';

/**
 * What an instance knows while it has the lease, when nobody else may change it. Dropped with the lease, and after any failure that leaves
 * the outcome of a transaction unknown.
 */
export interface Holding {
  checkpoint: Checkpoint;
  parked: Map<StreamName, ParkedSequence>;
  /** How many events of the commit at `position` have had their effect, so that a retry does not repeat them. */
  performed: { readonly stream: StreamName; readonly position: Position; readonly events: number };
  /** How far effects in batches have read beyond the checkpoint, and whether they hold there. */
  ahead: { readonly readUpTo: Position; readonly hold: boolean };
  /** The versions that it has dealt with; absent where nothing but the log ever fed it. */
  readonly known: Known | undefined;
}

/** Everything that a step works with. */
export interface Work<Tx> {
  readonly settings: ProcessorSettings<Tx>;
  readonly keeper: LeaseKeeper<Tx>;
  readonly size: BatchSize;
  readonly board: StatusBoard;
  readonly handlers: HandlerWatch;
  readonly holding: Holding;
  /** What comes beside the log; absent when this step is to follow the log alone. */
  readonly feeding: Feeding<Tx> | undefined;
  /** Aborted with the reason when the step must end early. */
  readonly signal: AbortSignal;
}

/**
 * Rows that are ahead of their checkpoint are of this log, or nothing is added to them.
 *
 * @throws LeaseLostError when the row shows another token: the lease went to somebody else since
 * @throws LogDivergedError
 */
export async function loadHolding<Tx>(settings: ProcessorSettings<Tx>, lease: Lease): Promise<Holding> {
  const { store, id, order } = settings;
  const checkpoint = await store.load(id);
  if (checkpoint?.token !== lease.token) throw new LeaseLostError(id);
  const parked = await loadParked(settings);
  if (checkpoint.ahead) await verifyLog(settings.log, id, { ...checkpoint, ...checkpoint.ahead });
  if (order === 'log' && parked.size > 0) throw new MustStopError(parkedInLogOrder(id, parked.size));
  const holding = { checkpoint, parked, performed: NOTHING_PERFORMED, ahead: { readUpTo: 0, hold: false } };
  const upTo = await versionsUpTo(settings, checkpoint);
  if (upTo === undefined) return { ...holding, known: undefined };
  const kept: Holding = {
    ...holding,
    known: new Known(
      knownParts(settings, () => kept.parked),
      upTo,
    ),
  };
  return kept;
}

/**
 * A processor that was fed goes on to keep its versions, even if it is fed no more: they tell what is ahead of its position. Versions that
 * were never complete tell nothing, since nothing is fed before they are.
 */
async function versionsUpTo<Tx>(
  { store, id, mayBeFed }: ProcessorSettings<Tx>,
  { position }: Checkpoint,
): Promise<Position | undefined> {
  if (!keepsVersions<Tx>(store)) return undefined;
  const upTo = await store.appliedUpTo(id);
  if (mayBeFed) return upTo ?? 0;
  return upTo !== undefined && upTo >= position ? upTo : undefined;
}

function knownParts<Tx>(
  { store, id, log }: ProcessorSettings<Tx>,
  parked: () => ReadonlyMap<StreamName, ParkedSequence>,
) {
  return {
    store: store as AppliedVersions<never>,
    processor: id,
    log,
    isParked: (stream: StreamName) => parked().has(stream),
  };
}

export async function loadParked<Tx>(
  settings: ProcessorSettings<Tx>,
): Promise<Map<StreamName, ParkedSequence>> {
  const rows = await settings.store.listParked(settings.id);
  return new Map(rows.map((row) => [row.stream, row]));
}

function parkedInLogOrder(id: string, count: number): InvalidOptionsError {
  return new InvalidOptionsError(
    'order',
    `Processor "${id}" has order 'log' and ${count} parked streams from when its order was 'stream'. Raise the projection's version.`,
  );
}

const NOTHING_PERFORMED = { stream: '', position: 0, events: 0 };
