import type { LogId, NewEvent, StreamName, StreamVersion } from '@varve/eventstore';
import type { CommitMessage } from '../../message/commit-message.js';
import { commitMessage } from '../../message/make-commit-message.js';
import type { Message } from '../../message/message.js';
import type { PublicationPlan } from '../publication-plan.js';

/** A commit that is about to be appended, as it will stand in the log if it is. */
export interface IntendedCommit {
  readonly stream: StreamName;
  readonly firstVersion: StreamVersion;
  readonly events: readonly NewEvent[];
  readonly commitId: string;
  readonly at: Date;
}

/** When it was prepared: a commit's own time is the caller's to choose, and may be years ago. */
const PREPARED_AT = 'preparedat';

export function halfMessage(
  commit: IntendedCommit,
  to: {
    readonly logId: LogId;
    readonly plan: PublicationPlan;
    readonly pointer: boolean;
    readonly now: Date;
  },
): Message {
  const { stream, firstVersion, events, commitId, at } = commit;
  const lastVersion = firstVersion + events.length - 1;
  const { logId, plan, pointer, now } = to;
  const message = commitMessage(
    { stream, firstVersion, lastVersion, commitId, at, events },
    { logId, topic: plan.topicOf(stream), pointer },
  );
  return { ...message, event: { ...message.event, [PREPARED_AT]: now.toISOString() } };
}

export function preparedAtOf({ event }: Message, { at }: CommitMessage): Date {
  const preparedAt = new Date(String(event[PREPARED_AT]));
  return Number.isNaN(preparedAt.getTime()) ? at : preparedAt;
}
