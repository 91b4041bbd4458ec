import type { Commit, LogId } from '@varve/eventstore';
import { commitMessage } from '../../message/make-commit-message.js';
import type { Message } from '../../message/message.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { PublicationListener } from '../publication-events.js';
import type { PublicationPlan } from '../publication-plan.js';

/** What the relay publishes with. */
export interface Publishing {
  readonly bus: MessageBus;
  readonly plan: PublicationPlan;
  readonly logId: LogId;
  readonly signal: AbortSignal;
  readonly announce: PublicationListener;
  /** Topics that have turned out to take nothing but half messages. */
  readonly halvesOnly: Set<string>;
}

export function messageOf({ plan, logId }: Publishing, commit: Commit): Message {
  const topic = plan.topicOf(commit.stream);
  return commitMessage(commit, { logId, topic, pointer: plan.pointers === 'always' });
}

export function pointerTo({ plan, logId, announce }: Publishing, commit: Commit): Message {
  const { stream, firstVersion } = commit;
  announce({ kind: 'sent-as-pointer', stream, firstVersion });
  return commitMessage(commit, { logId, topic: plan.topicOf(stream), pointer: true });
}
