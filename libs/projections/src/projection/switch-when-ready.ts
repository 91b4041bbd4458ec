import type { Processing } from './processing-options.js';
import type { ProjectionVersion, SwitchOptions, SwitchResult } from './read-models.js';

export interface Switching {
  readonly candidate: ProjectionVersion;
  readonly live: ProjectionVersion | undefined;
  readonly despite?: NonNullable<SwitchOptions['despite']>;
}

/**
 * Switches to a version that is built beside the live one, once its rows are at least as new: readers never go back in time. A live version
 * of another log, or of a log that was restored, cannot be compared by position; then the new one has to reach the head.
 */
export async function switchWhenReady<Tx>(
  { log, readModels }: Pick<Processing<Tx>, 'log' | 'readModels'>,
  { candidate, live, despite = [] }: Switching,
): Promise<SwitchResult | 'not-yet'> {
  const { logId, position } = candidate.checkpoint;
  if (logId !== log.logId) return 'not-yet';
  const head = await log.head();
  const isComparable = live?.checkpoint.logId === logId && live.checkpoint.position <= head;
  if (live && isComparable && position < live.checkpoint.position) return 'not-yet';
  // What a bus has brought is ahead of the live version's position, but not of the log's head.
  const isFed = live !== undefined && (await readModels.appliedUpTo(live.processor)) !== undefined;
  if (live && (isFed || !isComparable) && position < head) return 'not-yet';
  return readModels.switchVersion(candidate, {
    despite: live && !isComparable ? [...despite, 'behind'] : despite,
  });
}
