import type { Commit } from '@varve/eventstore';
import type { Message } from '../../message/message.js';
import { sizeOf } from '../../message/size-of.js';
import { isBusError, type BrokerRefusedError } from '../../transport/errors.js';
import { isTwoPhase } from '../publication-plan.js';
import { messageOf, pointerTo, type Publishing } from './publishing.js';
import { sweepAll } from './sweep.js';

/** How many messages are handed to the bus at a time: enough for its batches, few enough that little is repeated after a failure. */
const MOST_AT_A_TIME = 1_000;

/** Publishes commits in order, those of a stream one after the other. What the bus finds too large goes as a pointer. */
export async function publishCommits(publishing: Publishing, commits: readonly Commit[]): Promise<void> {
  for (let from = 0; from < commits.length; from += MOST_AT_A_TIME) {
    publishing.signal.throwIfAborted();
    await publishToTopics(publishing, commits.slice(from, from + MOST_AT_A_TIME));
  }
}

/**
 * A topic that was made for two phases takes no other messages, whatever its category's mode is now: half messages then, which are visible
 * as soon, only in no order.
 */
async function publishToTopics(publishing: Publishing, commits: readonly Commit[]): Promise<void> {
  const { plan, halvesOnly } = publishing;
  const takesHalves = ({ stream }: Commit): boolean => halvesOnly.has(plan.topicOf(stream));
  const plain = halvesOnly.size === 0 ? commits : commits.filter((commit) => !takesHalves(commit));
  try {
    if (plain.length > 0) await publishChunk(publishing, plain);
  } catch (error) {
    if (!isWrongTopic(error) || !isTwoPhase(publishing.bus)) throw error;
    for (const [topic, ofTopic] of Map.groupBy(plain, ({ stream }) => plan.topicOf(stream)))
      await publishOrLearn(publishing, topic, ofTopic);
  }
  if (halvesOnly.size > 0) await sweepAll(publishing, commits.filter(takesHalves), []);
}

async function publishOrLearn(
  publishing: Publishing,
  topic: string,
  commits: readonly Commit[],
): Promise<void> {
  try {
    await publishChunk(publishing, commits);
  } catch (error) {
    if (!isWrongTopic(error)) throw error;
    publishing.halvesOnly.add(topic);
  }
}

/** The bus judges the size before it sends anything, so that nothing is measured twice as long as all fit. */
async function publishChunk(publishing: Publishing, commits: readonly Commit[]): Promise<void> {
  const { bus, signal } = publishing;
  const messages = commits.map((commit) => messageOf(publishing, commit));
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
  const fits = sizeOf(message) <= publishing.bus.capabilities.maxBytes;
  return fits || publishing.plan.pointers === 'always' ? message : pointerTo(publishing, commit);
}

/** The broker's own limit is below what the bus knows: whatever it refuses goes as a pointer. */
async function publishEach(publishing: Publishing, commits: readonly Commit[]): Promise<void> {
  const { bus, plan, signal } = publishing;
  for (const commit of commits) {
    try {
      await bus.publish([messageOf(publishing, commit)], { signal });
    } catch (error) {
      if (plan.pointers === 'always' || !isBusError(error, 'message-too-large')) throw error;
      await bus.publish([pointerTo(publishing, commit)], { signal });
    }
  }
}

function isWrongTopic(error: unknown): boolean {
  return isBusError(error, 'broker-refused') && (error as BrokerRefusedError).why === 'wrong-topic-type';
}
