import { LogDivergedError, type StreamVersion } from '@varve/eventstore';
import { MessageRejectedError } from '../message/errors.js';
import type { Held } from './held.js';
import type { SequencerSettings } from './sequencer-options.js';

type Where = Pick<SequencerSettings, 'group' | 'log' | 'topics'>;

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

/** The log has spoken: it is the message that is wrong. */
export function untrue(
  { group, log, topics }: Where,
  { stream, firstVersion, lastVersion }: Held,
): MessageRejectedError {
  return new MessageRejectedError(
    `Group "${group}" was sent a commit with versions ${firstVersion} to ${lastVersion} of stream "${stream}" on ${topics.join(', ')}, ` +
      `and log ${log.logId} has another there: the message is refused. Who else may write to the topic?`,
  );
}

function diverged({ group, log, topics }: Where, what: string): LogDivergedError {
  return new LogDivergedError(
    log.logId,
    `Group "${group}" was sent what cannot be on ${topics.join(', ')}: ${what}. Log ${log.logId} agrees with the messages, and not with what was applied. ` +
      `Rebuild the projection; if the log was restored, run "varve log restored" on it before.`,
  );
}
