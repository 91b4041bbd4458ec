import { sameVersion, type SwitchOptions, type SwitchResult, type VersionId } from '../../index.js';
import type { StatementCache } from '../connection/statement-cache.js';
import { listParked } from '../parking/list-parked.js';
import { loadCheckpoint } from '../processors/load-checkpoint.js';
import { readLease } from '../processors/read-lease.js';
import { setState } from '../processors/set-state.js';
import { findLive, findVersion, type StoredVersion } from './find-version.js';
import { replaceLiveViews } from './live-views.js';

/** Runs in one write transaction: readers resolve the live version in the transaction that they read in. */
export function switchVersion(
  own: StatementCache,
  version: VersionId,
  options: SwitchOptions,
  now: number,
): SwitchResult {
  const candidate = findVersion(own, version);
  const live = findLive(own, version.name);
  if (live && sameVersion(live, candidate)) return { ok: true, from: idOf(live), to: idOf(candidate) };
  const refusal = live && whyNot(own, { live, candidate }, options.despite ?? []);
  if (refusal) return refusal;

  if (live) retire(own, live, candidate, now);
  own.prepare(`UPDATE varve_versions SET state = 'live' WHERE processor = ?`).run(candidate.processor);
  const wasRetired =
    candidate.state === 'retired' && readLease(own, candidate.processor)?.state === 'stopped';
  if (wasRetired) setState(own, candidate.processor, { state: 'active' }, now);
  replaceLiveViews(own.database, candidate);
  return { ok: true, from: live && idOf(live), to: idOf(candidate) };
}

function whyNot(
  own: StatementCache,
  { live, candidate }: { live: StoredVersion; candidate: StoredVersion },
  despite: readonly string[],
): SwitchResult | undefined {
  const positions = {
    live: loadCheckpoint(own, live.processor)?.position ?? 0,
    candidate: loadCheckpoint(own, candidate.processor)?.position ?? 0,
  };
  if (!despite.includes('behind') && positions.candidate < positions.live) {
    return { ok: false, reason: 'behind', ...positions };
  }
  const alreadyParked = new Set(listParked(own, live.processor).map(({ stream }) => stream));
  const streams = listParked(own, candidate.processor)
    .map(({ stream }) => stream)
    .filter((stream) => !alreadyParked.has(stream));
  if (despite.includes('parked') || streams.length === 0) return undefined;
  return { ok: false, reason: 'parked', streams };
}

function retire(own: StatementCache, old: StoredVersion, by: StoredVersion, now: number): void {
  own.prepare(`UPDATE varve_versions SET state = 'retired' WHERE processor = ?`).run(old.processor);
  setState(own, old.processor, { state: 'stopped', reason: `replaced by ${by.processor}` }, now);
}

function idOf({ name, version, generation }: StoredVersion): VersionId {
  return { name, version, generation };
}
