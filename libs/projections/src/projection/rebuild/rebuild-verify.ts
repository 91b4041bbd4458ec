import { sleep, type Position } from '@varve/eventstore';
import { AheadFeed } from '../feed/ahead-feed.js';
import type { ProjectionVersion } from '../read-models.js';
import { sameVersion } from '../version-id.js';
import { boundedLog } from './bounded-log.js';
import { holdStill } from './hold-still.js';
import { compareInSnapshot } from './rebuild-compare.js';
import type { Verification } from './rebuild-options.js';
import { RebuildSteps, type RebuildParts } from './rebuild-steps.js';

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
  const { clock, timers, leaseDuration } = parts.processing;
  const reachedBound = (position: Position): boolean => position >= bound.position;
  let settledAt = clock();
  for (;;) {
    const why = await whyOvertaken(parts, live, steps);
    if (why) return { verdict: 'not-comparable', why };
    bound.position = await positionOf(parts, live);
    await steps.until('verifying', reachedBound);
    const still = await holdStill(parts.processing, live.processor);
    try {
      if (!(await isSettled(parts, live))) {
        if (clock() - settledAt > 4 * leaseDuration) {
          return { verdict: 'not-comparable', why: 'live-unsettled' };
        }
        await still.release();
        await sleep(timers, leaseDuration, parts.signal);
        continue;
      }
      settledAt = clock();
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

const LOOK_EVERY = 50;

/**
 * Whether the rows are no further than the checkpoint. A step that was under way when its lease was taken ends all the same; that of an
 * instance that died is ended by the next holder, to whom it is left.
 */
async function isSettled<Tx>(parts: RebuildParts<Tx>, live: ProjectionVersion): Promise<boolean> {
  const { readModels, clock, timers, leaseDuration } = parts.processing;
  const deadline = clock() + leaseDuration / 2;
  while ((await readModels.load(live.processor))?.ahead) {
    parts.signal.throwIfAborted();
    if (clock() > deadline) return false;
    await sleep(timers, LOOK_EVERY, parts.signal);
  }
  return true;
}

/**
 * Nothing once the live version is as far as the new one. A rebuild that is resumed may be ahead of a live version that lags, and another
 * rebuild takes the new one past it; that is waited for as long as a lease takes to change hands twice.
 */
async function whyOvertaken<Tx>(
  parts: RebuildParts<Tx>,
  live: ProjectionVersion,
  steps: RebuildSteps<Tx>,
): Promise<'built-elsewhere' | 'live-behind' | undefined> {
  const { clock, timers, leaseDuration } = parts.processing;
  const deadline = clock() + 2 * leaseDuration;
  for (;;) {
    const seen = await liveBeside(parts);
    if (!seen || !sameVersion(seen, live)) return 'built-elsewhere';
    if ((await positionOf(parts, live)) >= (await steps.reach())) return undefined;
    parts.signal.throwIfAborted();
    if (clock() > deadline) return 'live-behind';
    await sleep(timers, LOOK_EVERY, parts.signal);
  }
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
