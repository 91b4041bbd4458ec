import { sameVersion, type SwitchOptions, type SwitchResult, type VersionId } from '../../../index.js';
import type { Own, ProcessorRecord } from '../../connection/own-collections.js';
import { setState } from '../../processors/set-state.js';
import {
  changeVersionsFrom,
  idOf,
  pickVersion,
  readProjection,
  type StoredVersion,
} from '../../versions/find-version.js';

export interface Switching {
  readonly location: string;
  readonly now: Date;
}

/**
 * The live version is taken out of its instance's hands, so that it goes no further than the candidate has to be; then one write shows readers the
 * candidate; then the old one is retired. Whoever dies before the switch leaves a lease that runs out; after it, a version that `acquireLease`
 * does not give out.
 */
export async function switchVersion(
  own: Own,
  version: VersionId,
  { despite = [] }: SwitchOptions,
  { location, now }: Switching,
): Promise<SwitchResult> {
  const mayBeBehind = despite.includes('behind');
  for (;;) {
    const found = await readProjection(own, version.name);
    const candidate = pickVersion(found.versions, version, location);
    const live = found.versions.find(({ state }) => state === 'live');
    if (live && sameVersion(live, candidate)) return { ok: true, from: idOf(live), to: idOf(candidate) };
    const behind = live && !mayBeBehind && (await behindOf(own, { live, candidate }));
    if (behind) return behind;
    if (live) await seize(own, live.processor, now);
    const behindNow = live && !mayBeBehind && (await behindOf(own, { live, candidate }));
    if (!behindNow) {
      await wake(own, candidate, now);
      const changes = [
        ...(live ? [{ ...live, state: 'retired' as const }] : []),
        { ...candidate, state: 'live' as const },
      ];
      if (await changeVersionsFrom(own, found, changes)) {
        const reason = `replaced by ${candidate.processor}`;
        if (live) await setState(own, live.processor, { state: 'stopped', reason }, now);
        return { ok: true, from: live && idOf(live), to: idOf(candidate) };
      }
    }
    if (live) await giveBack(own, live.processor);
    if (behindNow) return behindNow;
  }
}

const SWITCH = 'varve switch';

/** Whoever works on it can begin no more steps. Nobody else takes it while this is younger than a lease. */
async function seize(own: Own, processor: string, now: Date): Promise<void> {
  const seized = { $set: { owner: SWITCH, updatedAt: now }, $inc: { token: 1, heartbeat: 1 } };
  await own.processors.updateOne({ _id: processor }, seized, own.inside);
}

async function giveBack(own: Own, processor: string): Promise<void> {
  const given = { $set: { owner: null }, $inc: { heartbeat: 1 } };
  await own.processors.updateOne({ _id: processor, owner: SWITCH }, given, own.inside);
}

/** A retired version is worked on again. Before the switch: a live one that stands still is worse than a retired one that does not. */
async function wake(own: Own, { processor, state }: StoredVersion, now: Date): Promise<void> {
  if (state !== 'retired') return;
  const record = await own.processors.findOne({ _id: processor }, own.inside);
  if (record?.state === 'stopped') await setState(own, processor, { state: 'active' }, now);
}

async function behindOf(
  own: Own,
  { live, candidate }: { readonly live: StoredVersion; readonly candidate: StoredVersion },
): Promise<Extract<SwitchResult, { reason: 'behind' }> | undefined> {
  const [ofLive, ofCandidate] = await Promise.all(
    [live, candidate].map(({ processor }) => own.processors.findOne({ _id: processor }, own.inside)),
  );
  const positions = { live: reachOf(ofLive), candidate: ofCandidate?.position ?? 0 };
  return positions.candidate < positions.live ? { ok: false, reason: 'behind', ...positions } : undefined;
}

/** What readers may have seen of it. */
function reachOf(record: ProcessorRecord | null | undefined): number {
  return Math.max(record?.position ?? 0, record?.ahead?.position ?? 0);
}
