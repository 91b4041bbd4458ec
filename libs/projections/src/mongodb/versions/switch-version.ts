import { sameVersion, type SwitchOptions, type SwitchResult, type VersionId } from '../../index.js';
import type { Own } from '../connection/own-collections.js';
import { listParked } from '../parking/list-parked.js';
import { loadCheckpoint } from '../processors/load-checkpoint.js';
import { readLease } from '../processors/read-lease.js';
import { setState } from '../processors/set-state.js';
import { changeVersions, findProjection, idOf, pickVersion, type StoredVersion } from './find-version.js';

export interface Switching {
  readonly location: string;
  readonly now: Date;
}

/** Runs in one transaction. A live version that moves on meanwhile is a conflict, since its row is written here: it is judged again. */
export async function switchVersion(
  own: Own,
  version: VersionId,
  { despite = [] }: SwitchOptions,
  { location, now }: Switching,
): Promise<SwitchResult> {
  const versions = await findProjection(own, version.name);
  const candidate = pickVersion(versions, version, location);
  const live = versions.find(({ state }) => state === 'live');
  if (live && sameVersion(live, candidate)) return { ok: true, from: idOf(live), to: idOf(candidate) };
  const refusal = live && (await whyNot(own, { live, candidate }, despite));
  if (refusal) return refusal;

  if (live) {
    const reason = `replaced by ${candidate.processor}`;
    await setState(own, live.processor, { state: 'stopped', reason }, now);
  }
  await changeVersions(own, versions, [
    ...(live ? [{ ...live, state: 'retired' as const }] : []),
    { ...candidate, state: 'live' },
  ]);
  const wasRetired =
    candidate.state === 'retired' && (await readLease(own, candidate.processor))?.state === 'stopped';
  if (wasRetired) await setState(own, candidate.processor, { state: 'active' }, now);
  return { ok: true, from: live && idOf(live), to: idOf(candidate) };
}

async function whyNot(
  own: Own,
  { live, candidate }: { live: StoredVersion; candidate: StoredVersion },
  despite: readonly string[],
): Promise<SwitchResult | undefined> {
  const positions = {
    live: (await loadCheckpoint(own, live.processor))?.position ?? 0,
    candidate: (await loadCheckpoint(own, candidate.processor))?.position ?? 0,
  };
  if (!despite.includes('behind') && positions.candidate < positions.live) {
    return { ok: false, reason: 'behind', ...positions };
  }
  const alreadyParked = new Set((await listParked(own, live.processor)).map(({ stream }) => stream));
  const streams = (await listParked(own, candidate.processor))
    .map(({ stream }) => stream)
    .filter((stream) => !alreadyParked.has(stream));
  if (despite.includes('parked') || streams.length === 0) return undefined;
  return { ok: false, reason: 'parked', streams };
}
