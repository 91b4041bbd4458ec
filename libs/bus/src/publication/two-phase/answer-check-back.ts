import { isEventStoreError, messageOf, type CommitOutcome, type EventStore } from '@varve/eventstore';
import type { CommitMessage } from '../../message/commit-message.js';
import type { Message } from '../../message/message.js';
import { readCommitMessage } from '../../message/read-commit-message.js';
import type { CheckBackAnswer } from '../../transport/two-phase-bus.js';
import { preparedAtOf } from './half-message.js';
import { isSameCommit } from './same-commit.js';

/** Far beyond any append, its retries and the clocks of two machines, and well below the age at which brokers give up asking. */
export const DEFAULT_FENCE_AFTER = 60_000;

/** What `answerCheckBack` judges the age of a half message by. */
export interface CheckBackOptions {
  /** The time of day. */
  readonly now: () => Date;
  /**
   * How old a half message must be, in milliseconds, before an append that has not come is made impossible. Default 60,000. If it is too
   * short, or two machines' clocks differ by as much, an append that is under way is refused with `commit-fenced`: safe, but in vain.
   */
  readonly fenceAfter?: number;
}

/** The part of an event store that `answerCheckBack` asks. */
export type AskedLog = Pick<EventStore, 'logId' | 'findCommit' | 'fence' | 'commitAt'>;

/** What the broker is told of a half message, and why. */
export interface CheckBackResult {
  readonly answer: CheckBackAnswer;
  /** In words, for people. */
  readonly why: string;
  readonly error?: unknown;
}

/**
 * What became of a half message that nobody has decided: the log knows, whoever asks and whoever prepared it. Before anything is rolled
 * back for being absent, its id is fenced: the append may still be on its way, and a broker keeps no decision that could stop it.
 */
export async function answerCheckBack(
  log: AskedLog,
  message: Message,
  options: CheckBackOptions,
): Promise<CheckBackResult> {
  try {
    return await ask(log, message, options);
  } catch (error) {
    return { answer: 'unknown', why: whyUnknown(error), error };
  }
}

async function ask(
  log: AskedLog,
  message: Message,
  { now, fenceAfter = DEFAULT_FENCE_AFTER }: CheckBackOptions,
): Promise<CheckBackResult> {
  const told = readCommitMessage(message);
  // Somebody else's on the same topic, or from before a restore: only a process that has that log can tell.
  if (told.logId !== log.logId) return { answer: 'unknown', why: `it is of log ${told.logId}` };
  const { commitId } = told;
  if (commitId === undefined) return askByPosition(log, told);
  const found = await log.findCommit(commitId);
  if (found.outcome !== 'absent') return judge(told, found);
  const age = now().getTime() - preparedAtOf(message, told).getTime();
  if (age < fenceAfter) return { answer: 'unknown', why: 'it is not appended, and may yet be' };
  return judge(told, await log.fence(commitId));
}

/** Swept from the log, which has it without an id. */
async function askByPosition(
  log: AskedLog,
  { stream, firstVersion, position }: CommitMessage,
): Promise<CheckBackResult> {
  const commit = position === undefined ? undefined : await log.commitAt(position);
  if (commit?.stream === stream && commit.firstVersion === firstVersion)
    return { answer: 'commit', why: `it stands at ${commit.position}` };
  return { answer: 'unknown', why: 'it has no commit id, and the log does not have it where it says' };
}

function judge(told: CommitMessage, found: CommitOutcome): CheckBackResult {
  switch (found.outcome) {
    case 'fenced':
      return { answer: 'rollback', why: 'it was never appended, and cannot be any more' };
    case 'absent':
      return { answer: 'unknown', why: 'the log did not fence it' };
    case 'committed':
      if (isSameCommit(told, found.commit))
        return { answer: 'commit', why: `it stands at ${found.commit.position}` };
      return { answer: 'rollback', why: `another commit has its id, at ${found.commit.position}` };
  }
}

function whyUnknown(error: unknown): string {
  if (isEventStoreError(error, 'store-unavailable') || isEventStoreError(error, 'store-closed'))
    return 'the log cannot be asked';
  return messageOf(error);
}
