import type { LogId } from '@varve/eventstore';
import { processorIdOf, SetupFailedError, type Projection, type VersionId } from '../../../index.js';
import type { Own } from '../../connection/own-collections.js';
import { clearDropped } from '../../versions/clear-dropped.js';
import { changeVersionsFrom, readProjection } from '../../versions/find-version.js';
import { physicalPrefix } from '../../versions/names.js';
import { planVersion } from '../../versions/plan-version.js';
import { versionCollections } from '../../versions/version-collections.js';
import { insertFreshRow } from '../steps/ensure-row.js';
import { WatermarkTransaction } from '../watermark-transaction.js';

export interface Making {
  readonly logId: LogId;
  readonly generation: 'first' | 'next';
  readonly now: Date;
}

/**
 * Collections, then the checkpoint's row, then the version's entry, by compare-and-set: nobody finds a version that is half made. Of several
 * instances that start together one makes the entry, and the others find it.
 */
export async function createVersion(
  own: Own,
  projection: Projection<WatermarkTransaction>,
  { logId, generation, now }: Making,
): Promise<VersionId> {
  const { name } = projection;
  for (;;) {
    const found = await readProjection(own, name);
    const { id, isNew } = planVersion(found.versions, projection, generation);
    if (!isNew) return id;
    await setUp(own, projection, id);
    const processor = processorIdOf(id);
    await insertFreshRow(own, { processor, logId }, now);
    const state = found.versions.some((each) => each.state === 'live') ? 'building' : 'live';
    if (await changeVersionsFrom(own, found, [{ ...id, processor, state }])) return id;
  }
}

/** A `setup` that fails uses up its generation: another instance may be at the same, and must not build on half of it. */
async function setUp(own: Own, projection: Projection<WatermarkTransaction>, id: VersionId): Promise<void> {
  const { database } = own;
  const prefix = physicalPrefix(own.prefix, id);
  const tx = new WatermarkTransaction({ database, processor: processorIdOf(id), prefix, isSetup: true });
  try {
    await projection.setup(tx);
  } catch (cause) {
    await giveUp(own, id);
    throw new SetupFailedError(projection.name, projection.version, { cause });
  }
}

async function giveUp(own: Own, id: VersionId): Promise<void> {
  const processor = processorIdOf(id);
  const left = await versionCollections(own.database, physicalPrefix(own.prefix, id));
  if (left.length === 0) return;
  for (;;) {
    const found = await readProjection(own, id.name);
    if (found.versions.some((version) => version.processor === processor)) return;
    if (await changeVersionsFrom(own, found, [{ ...id, processor, state: 'dropped' }])) break;
  }
  await clearDropped(own, id.name);
}
