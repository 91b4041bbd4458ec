import {
  contextOfEvent,
  runWithContext,
  type LogReader,
  type RecordedEvent,
  type VarveContext,
} from '@varve/eventstore';
import { COMMIT_TYPE } from '../../message/commit-message.js';
import type { Message } from '../../message/message.js';
import { readCommitMessage, recordedEventsOf } from '../../message/read-commit-message.js';
import type { MessageHandler } from '../../transport/subscription.js';
import type { EventDecoder } from './event-decoder.js';
import { refillPointer } from './refill-pointer.js';
import type { MessageMethod, SubscriberDefinition } from './subscriber-definition.js';

/** Hands the events of each commit to the methods for them, in order; a message that is no commit is poison to them. */
export function eventHandler(
  { onEvent }: SubscriberDefinition,
  decoder: EventDecoder,
  logs: () => readonly LogReader[],
): MessageHandler {
  return async (message, context) => {
    const commit = readCommitMessage(message);
    const events = commit.events ? recordedEventsOf(commit) : await refillPointer(commit, logs());
    for (const { recorded, event } of events.flatMap((each) => decoder.decode(each))) {
      await runWithContext(contextOfEvent(recorded), () =>
        onEvent.get(recorded.type)?.(event, { ...context, event: recorded, message }),
      );
    }
  };
}

/** Hands over each message as it came. */
export function messageHandler(method: MessageMethod): MessageHandler {
  return async (message, context) => {
    await runWithContext(contextOfMessage(message), () => method(message, context));
  };
}

/** A commit's first event tells who is behind it; of another message its own attributes do. */
function contextOfMessage(message: Message): VarveContext {
  const { id, type, correlationid, tenant } = message.event;
  const first = type === COMMIT_TYPE ? firstEventOf(message) : undefined;
  if (first) return contextOfEvent(first);
  return {
    correlationId: typeof correlationid === 'string' ? correlationid : id,
    causationId: id,
    ...(typeof tenant === 'string' && { tenant }),
  };
}

/** Whether it is a commit is for the method to judge. */
function firstEventOf(message: Message): RecordedEvent | undefined {
  try {
    return recordedEventsOf(readCommitMessage(message))[0];
  } catch {
    return undefined;
  }
}
