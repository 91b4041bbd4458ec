import { UnknownProjectionError } from '../errors.js';
import type { SwitchResult } from '../read-models.js';
import { switchWhenReady } from '../switch-when-ready.js';
import { processorIdOf, sameVersion } from '../version-id.js';
import { holdStill } from './hold-still.js';
import type { RebuildParts, RebuildSteps } from './rebuild-steps.js';

export type SwitchedOver = Exclude<SwitchResult, { reason: 'behind' }>;

/** Under traffic the live version is ahead at one moment and behind at the next; after this many tries it is held still for one. */
const TRIES_BESIDE_TRAFFIC = 10;

/** Catches up with the log and switches. */
export async function switchOver<Tx>(
  parts: RebuildParts<Tx>,
  steps: RebuildSteps<Tx>,
): Promise<SwitchedOver> {
  // What a bus has fed ahead of the live version's position shows in no number: only while that stands still is the head as new.
  const triesBeside = parts.liveIsFed ? 0 : TRIES_BESIDE_TRAFFIC;
  if (triesBeside === 0) {
    const head = await parts.processing.log.head();
    await steps.until('building', (position) => position >= head);
  }
  for (let tries = 0; tries < triesBeside; tries++) {
    const head = await parts.processing.log.head();
    await steps.until(tries === 0 ? 'building' : 'switching', (position) => position >= head);
    const switched = await trySwitch(parts);
    if (switched) return switched;
  }
  for (;;) {
    const switched = await switchWhileStill(parts, steps);
    if (switched) return switched;
  }
}

async function switchWhileStill<Tx>(
  parts: RebuildParts<Tx>,
  steps: RebuildSteps<Tx>,
): Promise<SwitchedOver | undefined> {
  const { log, readModels } = parts.processing;
  const live = (await readModels.listVersions(parts.version.name)).find((version) => version.live);
  const still = live && (await holdStill(parts.processing, live.processor));
  try {
    const head = await log.head();
    await steps.until('switching', (position) => position >= head);
    return await trySwitch(parts);
  } finally {
    await still?.release();
  }
}

async function trySwitch<Tx>({
  processing,
  options,
  version,
}: RebuildParts<Tx>): Promise<SwitchedOver | undefined> {
  const versions = await processing.readModels.listVersions(version.name);
  const candidate = versions.find((each) => sameVersion(each, version));
  if (!candidate) throw new UnknownProjectionError(processorIdOf(version), processing.readModels.location);
  const live = versions.find((each) => each.live);
  const despite = options.parked === 'switch' ? (['parked'] as const) : [];
  const result = await switchWhenReady(processing, { candidate, live, despite });
  if (result === 'not-yet' || (!result.ok && result.reason === 'behind')) return undefined;
  return result;
}
