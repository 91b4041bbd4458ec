import { sleep, type Position, type StreamName } from '@varve/eventstore';
import { AheadFeed } from './ahead-feed.js';
import { boundedLog } from './bounded-log.js';
import { compareRows } from './compare-rows.js';
import { holdStill, type Still } from './hold-still.js';
import type { ProjectionVersion, ReadModelsSnapshot } from './read-models.js';
import type { Verification } from './rebuild-options.js';
import { RebuildSteps, type RebuildParts } from './rebuild-steps.js';
import { processorIdOf, sameVersion } from './version-id.js';

/**
 * Compares the new version's rows with the live ones at one position, while traffic goes on: the new one follows the live one, never past
 * it; then the live one is held still until the new one stands where it stands; from then on one snapshot shows both, and the live
 * one goes on.
 */
export async function verifyRebuild<Tx>(parts: RebuildParts<Tx>): Promise<Verification> {
  const { log } = parts.processing;
  const live = await liveBeside(parts);
  if (!live) return { verdict: 'not-comparable', why: 'nothing-live' };
  if (live.checkpoint.logId !== log.logId) return { verdict: 'not-comparable', why: 'other-log' };
  const bound = { position: live.checkpoint.position };
  const bounded = boundedLog(log, () => bound.position);
  const ahead = parts.liveIsFed ? new AheadFeed(log, parts.processing.readModels, live.processor) : undefined;
  const steps = new RebuildSteps(parts, bounded, ahead);
  try {
    if (!(await liveIsAhead(parts, live, await steps.position()))) {
      return { verdict: 'not-comparable', why: 'live-behind' };
    }
    return await compareBeside(parts, { live, steps, bound, ahead });
  } finally {
    await steps.stop();
  }
}

interface Beside<Tx> {
  readonly live: ProjectionVersion;
  readonly steps: RebuildSteps<Tx>;
  /** How far the new version may go. */
  readonly bound: { position: Position };
  /** What the live version has applied ahead of its position. */
  readonly ahead: AheadFeed | undefined;
}

async function compareBeside<Tx>(parts: RebuildParts<Tx>, beside: Beside<Tx>): Promise<Verification> {
  const { live, steps, bound, ahead } = beside;
  const reachedBound = (position: Position): boolean => position >= bound.position;
  for (;;) {
    bound.position = await positionOf(parts, live);
    await steps.until('verifying', reachedBound);
    const still = await holdStill(parts.processing, live.processor);
    try {
      bound.position = await positionOf(parts, live);
      await steps.until('verifying', reachedBound);
      ahead?.begin();
      if (ahead && !(await steps.untilFed('verifying', () => ahead.isDone))) {
        return { verdict: 'not-comparable', why: 'built-elsewhere' };
      }
      const verification = await compareInSnapshot(parts, live, still);
      if (verification) return verification;
    } finally {
      await still.release();
    }
  }
}

/** Nothing if one of the two has moved all the same: a lease that was held for too long is lost. */
async function compareInSnapshot<Tx>(
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
  // Not awaited here: where reading and writing take turns, it waits for the snapshot to be closed.
  const released = still.release();
  try {
    const position = await commonPosition(snapshot, live.processor, rebuilt);
    if (position === undefined || !(await isStill(snapshot, live.processor, still))) return undefined;
    const comparison = await compareRows(snapshot.readRows(live), snapshot.readRows(parts.version));
    return { verdict: comparison.differing === 0 ? 'same' : 'different', position, parked, ...comparison };
  } finally {
    await snapshot.close();
    await released;
  }
}

async function commonPosition(
  snapshot: ReadModelsSnapshot,
  ...processors: readonly [string, string]
): Promise<Position | undefined> {
  const [live, rebuilt] = await Promise.all(processors.map((id) => snapshot.loadCheckpoint(id)));
  return live?.position === rebuilt?.position ? live?.position : undefined;
}

/** A version that is fed changes its rows without moving; whoever did that has taken the lease. */
async function isStill(snapshot: ReadModelsSnapshot, processor: string, { token }: Still): Promise<boolean> {
  return (await snapshot.loadCheckpoint(processor))?.token === token;
}

const LOOK_EVERY = 50;

/** A rebuild that is resumed may be ahead of a live version that lags; that is waited for as long as a lease takes to change hands twice. */
async function liveIsAhead<Tx>(
  parts: RebuildParts<Tx>,
  live: ProjectionVersion,
  position: Position,
): Promise<boolean> {
  const { clock, timers, leaseDuration = 5_000 } = parts.processing;
  const deadline = clock() + 2 * leaseDuration;
  while ((await positionOf(parts, live)) < position) {
    parts.signal.throwIfAborted();
    if (clock() > deadline) return false;
    await sleep(timers, LOOK_EVERY, parts.signal);
  }
  return true;
}

/** What readers see, if it is not the version that is built. */
export async function liveBeside<Tx>({
  processing,
  version,
}: RebuildParts<Tx>): Promise<ProjectionVersion | undefined> {
  const versions = await processing.readModels.listVersions(version.name);
  return versions.find((each) => each.live && !sameVersion(each, version));
}

async function positionOf<Tx>(
  { processing }: RebuildParts<Tx>,
  version: ProjectionVersion,
): Promise<Position> {
  return (await processing.readModels.load(version.processor))?.position ?? 0;
}

async function parkedStreams<Tx>({ processing }: RebuildParts<Tx>, processor: string): Promise<StreamName[]> {
  return (await processing.readModels.listParked(processor)).map(({ stream }) => stream);
}
