import type { Checkpoint, StreamName } from '@varve/eventstore';
import type { ProjectionVersion } from '../read-models.js';
import { processorIdOf } from '../version-id.js';
import { compareRows, type RowComparison } from './compare-rows.js';
import type { Still } from './hold-still.js';
import type { Verification } from './rebuild-options.js';
import type { RebuildParts } from './rebuild-steps.js';

interface Sides {
  readonly live: Checkpoint | undefined;
  readonly rebuilt: Checkpoint | undefined;
}

/** Nothing if one of the two has moved all the same: a lease that was held for too long is lost. */
export async function compareInSnapshot<Tx>(
  parts: RebuildParts<Tx>,
  live: ProjectionVersion,
  still: Still,
): Promise<Verification | undefined> {
  const { readModels } = parts.processing;
  const rebuilt = processorIdOf(parts.version);
  const parked = {
    live: await parkedStreams(parts, live.processor),
    rebuilt: await parkedStreams(parts, rebuilt),
  };
  const snapshot = await readModels.openSnapshot();
  const isMoment = readModels.lacks?.moments === undefined;
  // Not awaited here: where reading and writing take turns, it waits for the snapshot to be closed.
  const released = isMoment ? still.release() : undefined;
  const load = async (): Promise<Sides> => ({
    live: await snapshot.loadCheckpoint(live.processor),
    rebuilt: await snapshot.loadCheckpoint(rebuilt),
  });
  try {
    const before = await load();
    const position = commonPosition(before);
    // A version that is fed changes its rows without moving; whoever did that has taken the lease.
    if (position === undefined || before.live?.token !== still.token) return undefined;
    const compare = () => compareRows(snapshot.readRows(live), snapshot.readRows(parts.version));
    const comparison = isMoment ? await compare() : await whileStill(parts, still, compare);
    if (!isMoment && !isUnmoved(before, await load())) return undefined;
    return { verdict: comparison.differing === 0 ? 'same' : 'different', position, parked, ...comparison };
  } finally {
    await snapshot.close();
    await released;
  }
}

function commonPosition({ live, rebuilt }: Sides): number | undefined {
  if (live?.ahead || rebuilt?.ahead) return undefined;
  return live?.position === rebuilt?.position ? live?.position : undefined;
}

function isUnmoved(before: Sides, now: Sides): boolean {
  const sides = ['live', 'rebuilt'] as const;
  return (
    commonPosition(now) === commonPosition(before) &&
    sides.every((side) => before[side]?.token === now[side]?.token)
  );
}

/** Where no snapshot shows one moment, the live version stands still for as long as the rows are read. */
async function whileStill<Tx>(
  { processing, signal }: RebuildParts<Tx>,
  still: Still,
  compare: () => Promise<RowComparison>,
): Promise<RowComparison> {
  const { timers, leaseDuration } = processing;
  let cancel: () => void = () => undefined;
  let isOver = false;
  const renew = async (): Promise<void> => {
    // Whoever has lost it is told by the tokens.
    await still.renew().catch(() => false);
    if (!isOver && !signal.aborted) cancel = timers.after(leaseDuration / 3, () => void renew());
  };
  cancel = timers.after(leaseDuration / 3, () => void renew());
  try {
    return await compare();
  } finally {
    isOver = true;
    cancel();
  }
}

async function parkedStreams<Tx>({ processing }: RebuildParts<Tx>, processor: string): Promise<StreamName[]> {
  return (await processing.readModels.listParked(processor)).map(({ stream }) => stream);
}
