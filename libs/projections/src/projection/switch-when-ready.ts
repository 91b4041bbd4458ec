import type { Processing } from './processing-options.js';
import type { ProjectionVersion, SwitchResult } from './read-models.js';

/**
 * Switches to a version that is built beside the live one, once its rows are at least as new: readers never go back in time. A live version
 * of another log, or of a log that was restored, cannot be compared by position; then the new one has to reach the head.
 */
export async function switchWhenReady<Tx>(
  { log, readModels }: Pick<Processing<Tx>, 'log' | 'readModels'>,
  candidate: ProjectionVersion,
  live: ProjectionVersion | undefined,
): Promise<SwitchResult | 'not-yet'> {
  if (candidate.checkpoint.logId !== log.logId) return 'not-yet';
  const { position } = candidate.checkpoint;
  const head = await log.head();
  const isComparable = live?.checkpoint.logId === log.logId && live.checkpoint.position <= head;
  if (!live || isComparable) {
    if (live && position < live.checkpoint.position) return 'not-yet';
    return readModels.switchVersion(candidate);
  }
  return position < head ? 'not-yet' : readModels.switchVersion(candidate, { despite: ['behind'] });
}
