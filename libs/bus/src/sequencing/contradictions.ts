import { LogDivergedError, type StreamVersion } from '@varve/eventstore';
import type { Held } from './held.js';
import type { SequencerSettings } from './sequencer-options.js';

type Where = Pick<SequencerSettings, 'group' | 'log'>;

export function twoCommits(where: Where, { stream, firstVersion }: Held): LogDivergedError {
  return diverged(where, `two different commits begin at version ${firstVersion} of stream "${stream}"`);
}

export function overlap(
  where: Where,
  { stream, firstVersion, lastVersion }: Held,
  ended: StreamVersion,
): LogDivergedError {
  const what = `a commit has versions ${firstVersion} to ${lastVersion} of stream "${stream}", whose version ${ended} ends another`;
  return diverged(where, what);
}

function diverged({ group, log }: Where, what: string): LogDivergedError {
  return new LogDivergedError(
    log.logId,
    `Group "${group}" was sent what cannot be: ${what}. The messages are of another life of log ${log.logId}. ` +
      `If the log was restored, run "varve log restored" on it and rebuild.`,
  );
}
