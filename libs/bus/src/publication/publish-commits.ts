import type { Commit, LogId } from '@varve/eventstore';
import { commitMessage } from '../message/make-commit-message.js';
import type { Message } from '../message/message.js';
import { sizeOf } from '../message/size-of.js';
import { isBusError } from '../transport/errors.js';
import type { MessageBus } from '../transport/message-bus.js';
import type { TwoPhaseBus } from '../transport/two-phase-bus.js';
import type { PublicationListener } from './publication-events.js';
import type { PublicationPlan } from './publication-plan.js';

export interface Publishing {
  readonly bus: MessageBus;
  readonly plan: PublicationPlan;
  readonly logId: LogId;
  readonly signal: AbortSignal;
  readonly announce: PublicationListener;
}

/** How many messages are handed to the bus at a time: enough for its batches, few enough that little is repeated after a failure. */
const MOST_AT_A_TIME = 500;

/** Publishes commits in order, those of a stream one after the other. What the bus finds too large goes as a pointer. */
export async function publishCommits(publishing: Publishing, commits: readonly Commit[]): Promise<void> {
  for (let from = 0; from < commits.length; from += MOST_AT_A_TIME) {
    publishing.signal.throwIfAborted();
    await publishChunk(publishing, commits.slice(from, from + MOST_AT_A_TIME));
  }
}

/** The bus judges the size before it sends anything, so that nothing is measured twice as long as all fit. */
async function publishChunk(publishing: Publishing, commits: readonly Commit[]): Promise<void> {
  const { bus, plan, signal } = publishing;
  const messages = commits.map((commit) => messageOf(publishing, commit, plan.pointers === 'always'));
  try {
    await bus.publish(messages, { signal });
  } catch (error) {
    if (!isBusError(error, 'message-too-large')) throw error;
    const smaller = messages.map((message, i) => fitting(publishing, message, commits[i] as Commit));
    if (smaller.some((message, i) => message !== messages[i])) await bus.publish(smaller, { signal });
    else await publishEach(publishing, commits);
  }
}

function fitting(publishing: Publishing, message: Message, commit: Commit): Message {
  if (sizeOf(message) <= publishing.bus.capabilities.maxBytes) return message;
  return pointerTo(publishing, commit);
}

/** The broker's own limit is below what the bus knows: whatever it refuses goes as a pointer. */
async function publishEach(publishing: Publishing, commits: readonly Commit[]): Promise<void> {
  const { bus, plan, signal } = publishing;
  for (const commit of commits) {
    try {
      await bus.publish([messageOf(publishing, commit, plan.pointers === 'always')], { signal });
    } catch (error) {
      if (plan.pointers === 'always' || !isBusError(error, 'message-too-large')) throw error;
      await bus.publish([pointerTo(publishing, commit)], { signal });
    }
  }
}

/** Publishes one commit on a topic that takes half messages only. Resolves when the broker has confirmed that it is visible. */
export async function sweepCommit(
  publishing: Publishing & { readonly bus: TwoPhaseBus },
  commit: Commit,
): Promise<void> {
  const { bus, plan, announce } = publishing;
  const prepared = await bus
    .prepare(messageOf(publishing, commit, plan.pointers === 'always'))
    .catch((error: unknown) => {
      if (plan.pointers === 'always' || !isBusError(error, 'message-too-large')) throw error;
      return bus.prepare(pointerTo(publishing, commit));
    });
  await prepared.commit();
  announce({ kind: 'swept', stream: commit.stream, position: commit.position });
}

function pointerTo(publishing: Publishing, commit: Commit): Message {
  const { stream, firstVersion } = commit;
  publishing.announce({ kind: 'sent-as-pointer', stream, firstVersion });
  return messageOf(publishing, commit, true);
}

function messageOf({ plan, logId }: Publishing, commit: Commit, pointer: boolean): Message {
  return commitMessage(commit, { logId, topic: plan.topicOf(commit.stream), pointer });
}
