import type { StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { Work } from '../step/holding.js';
import { saveStep } from '../step/save-step.js';
import type { StepResult } from '../step/step-result.js';
import { verifyLog } from '../step/verify-log.js';
import type { Known } from './known-versions.js';

/**
 * One stretch of the log whose versions nobody kept while it was applied: the processor was fed by the log alone. How far this has come is
 * saved with each stretch.
 */
export async function collectVersions<Tx>(work: Work<Tx>, known: Known): Promise<StepResult> {
  const { settings, holding, size, signal } = work;
  const { position } = holding.checkpoint;
  const { categories } = settings.filter;
  const options = { ...(categories && { categories }), batchSize: size.current, signal };
  if (work.board.state !== 'working') work.board.enter('working');
  for await (const { commits, upTo } of settings.log.readAll(known.upTo, options)) {
    signal.throwIfAborted();
    await verifyLog(settings.log, settings.id, holding.checkpoint);
    const versions = new Map<StreamName, StreamVersion>();
    for (const commit of commits) {
      if (commit.position <= position) versions.set(commit.stream, commit.lastVersion);
    }
    const applied = { versions, upTo: Math.min(upTo, position) };
    await saveStep(work, { ...holding.checkpoint, applied });
    return { kind: 'progressed', from: position, to: position, events: 0 };
  }
  await verifyLog(settings.log, settings.id, holding.checkpoint);
  return { kind: 'progressed', from: position, to: position, events: 0 };
}
