import { isProjectionsError } from '../errors.js';
import { processingOf, type Processing } from '../processing-options.js';
import type { ProjectionVersion } from '../read-models.js';
import { validateDeclarations } from '../validate.js';
import { processorIdOf, type VersionId } from '../version-id.js';
import {
  assertRebuildOptions,
  type RebuildOptions,
  type RebuildResult,
  type Verification,
} from './rebuild-options.js';
import { ProgressReport } from './rebuild-progress.js';
import { RebuildSteps, type RebuildParts } from './rebuild-steps.js';
import { switchOver } from './rebuild-switch.js';
import { liveBeside, verifyRebuild } from './rebuild-verify.js';

/**
 * Builds a projection's rows again from position 0, beside the live ones, while writes and reads go on; catches up; and switches, so that
 * readers see the old rows or the new, never half. It may be interrupted at any moment, by `kill -9` too, and goes on when it is called again.
 *
 * The new version's lease is held here until it is live. Then the projector instances move over to it by themselves.
 *
 * @throws InvalidProjectionOptionsError
 * @throws what stopped the new version, such as an event that it cannot apply; the live one is not touched
 */
export async function rebuild<Tx>(options: RebuildOptions<Tx>): Promise<RebuildResult> {
  assertRebuildOptions(options);
  const { projection, readModels, registry, failurePolicy } = options;
  validateDeclarations({
    projections: [projection],
    readModels,
    ...(registry && { registry }),
    ...(failurePolicy && { failurePolicy }),
  });
  const processing = processingOf(options);
  // A log elsewhere has no id before it was reached.
  await processing.log.head();
  const version = await candidateOf(processing, options);
  const progress = new ProgressReport(processing, version, options.onProgress);
  const signal = options.signal ?? new AbortController().signal;
  const liveIsFed = await isLiveFed(processing, version);
  const parts: RebuildParts<Tx> = { processing, projection, options, version, progress, signal, liveIsFed };
  try {
    return await build(parts);
  } catch (error) {
    if (!signal.aborted) throw error;
    const checkpoint = await processing.readModels.load(processorIdOf(version));
    return { outcome: 'interrupted', version, position: checkpoint?.position ?? 0 };
  }
}

async function isLiveFed<Tx>({ readModels }: Processing<Tx>, { name }: VersionId): Promise<boolean> {
  const live = (await readModels.listVersions(name)).find((version) => version.live);
  return live !== undefined && (await readModels.appliedUpTo(live.processor)) !== undefined;
}

/** The unfinished generation of this version, unless it cannot be gone on with, or a new one. */
async function candidateOf<Tx>(
  { readModels, log }: Processing<Tx>,
  { projection, unfinished = 'resume' }: RebuildOptions<Tx>,
): Promise<VersionId> {
  const versions = await readModels.listVersions(projection.name);
  const begun = versions.findLast(
    ({ version, state }) => version === projection.version && state === 'building',
  );
  if (begun && (unfinished === 'afresh' || begun.checkpoint.logId !== log.logId)) {
    await readModels.dropVersion(begun);
  } else if (begun?.lease.state === 'stopped') {
    // To run it again is to ask for it.
    await readModels.setState(begun.processor, 'active');
  }
  return readModels.createVersion(projection, log.logId, 'next');
}

async function build<Tx>(parts: RebuildParts<Tx>): Promise<RebuildResult> {
  const { verify = 'none' } = parts.options;
  const { version } = parts;
  const before = await liveBeside(parts);
  const verification = verify === 'none' ? undefined : await verifyRebuild(parts);
  const steps = new RebuildSteps(parts, parts.processing.log);
  try {
    if (verify === 'require' && verification && !isProof(verification)) {
      const position = await steps.position();
      return { outcome: 'held', reason: 'not-verified', version, position, verification };
    }
    const switched = await switchOver(parts, steps);
    const position = await steps.position();
    const end = { version, position, ...(verification && { verification }) };
    if (!switched.ok) return { outcome: 'held', reason: 'parked', streams: switched.streams, ...end };
    await dropReplaced(parts, before);
    return { outcome: 'switched', ...(before && { replaced: idOf(before) }), ...end };
  } finally {
    await steps.stop();
  }
}

/** Where nothing is live, there is nothing that the new rows could differ from. */
function isProof(verification: Verification): boolean {
  if (verification.verdict === 'not-comparable') return verification.why === 'nothing-live';
  return verification.verdict === 'same';
}

async function dropReplaced<Tx>(
  { options, processing }: RebuildParts<Tx>,
  before: ProjectionVersion | undefined,
): Promise<void> {
  if (!before || options.replaced !== 'drop') return;
  try {
    await processing.readModels.dropVersion(before);
  } catch (error) {
    // Another rebuild has dropped it already.
    if (!isProjectionsError(error, 'unknown-projection')) throw error;
  }
}

function idOf({ name, version, generation }: ProjectionVersion): VersionId {
  return { name, version, generation };
}
