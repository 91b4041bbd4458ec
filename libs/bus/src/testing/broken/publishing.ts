import type { MemoryMessageBus } from '../../memory/index.js';
import type { Message } from '../../message/message.js';
import { MessageTooLargeError } from '../../transport/errors.js';
import { sizeOf } from '../../message/size-of.js';
import { brokenBus, insteadOf, never } from './broken-bus.js';

function changed(messages: readonly Message[], change: (message: Message) => Partial<Message>): Message[] {
  return messages.map((message) => ({ ...message, ...change(message) }));
}

/** Whether one message alone would be taken as it is. */
async function isAccepted(bus: MemoryMessageBus, [message, ...others]: readonly Message[]): Promise<boolean> {
  if (!message || others.length > 0 || message.delay !== undefined) return false;
  const isKnown = bus.broker.findTopic(message.topic) !== undefined;
  return isKnown && (await bus.health()).up && sizeOf(message) <= bus.capabilities.maxBytes;
}

export const brokenAtPublishing = [
  brokenBus(
    'confirms what it still has to send',
    ['delivers a message whose publishing was confirmed'],
    (bus) => ({
      async publish(messages, options) {
        if (!(await isAccepted(bus, messages)) || options) return bus.publish(messages, options);
        setTimeout(() => void bus.publish(messages).catch(() => undefined), 2);
      },
    }),
  ),

  brokenBus('forgets the last of a large batch', ['delivers every message of a batch'], (bus) => ({
    publish: (messages, options) =>
      bus.publish(messages.length === 40 ? messages.slice(0, -1) : messages, options),
  })),

  brokenBus(
    'sends a batch to the topic of its first message',
    ['delivers a batch to all of its topics'],
    (bus) => ({
      publish: (messages, options) =>
        bus.publish(
          changed(messages, () => ({ topic: messages[0]?.topic ?? '' })),
          options,
        ),
    }),
  ),

  brokenBus('waits for the confirmation of nothing', ['publishes nothing for an empty batch'], (bus) => ({
    publish: (messages, options) => (messages.length === 0 ? never() : bus.publish(messages, options)),
  })),

  brokenBus('keeps keys in ASCII', ['carries key, attributes and data as they are'], (bus) => ({
    publish: (messages, options) =>
      bus.publish(
        changed(messages, ({ key }) => ({ key: key.replaceAll(/[^ -~]/gu, '?') })),
        options,
      ),
  })),

  brokenBus('makes null of no data', ['carries a message without data, and bytes'], (bus) => ({
    publish: (messages, options) =>
      bus.publish(
        changed(messages, ({ event }) =>
          event.data === undefined ? { event: { ...event, data: null } } : {},
        ),
        options,
      ),
  })),

  brokenBus(
    'looks at each message when it sends it',
    [
      'refuses a message that is too large, and sends nothing of its batch',
      'refuses a message that is no CloudEvent, and sends nothing of its batch',
    ],
    (bus) => ({
      async publish(messages, options) {
        for (const message of messages) await bus.publish([message], options);
      },
    }),
  ),

  brokenBus(
    'says that it takes more than it does',
    ['takes a message that is nearly as large as its limit'],
    (bus) => ({
      async publish(messages, options) {
        const { maxBytes } = bus.capabilities;
        for (const message of messages) {
          const bytes = sizeOf(message);
          if (bytes > maxBytes / 2 && bytes <= maxBytes)
            throw new MessageTooLargeError(bytes, maxBytes / 2, message.topic);
        }
        return bus.publish(messages, options);
      },
    }),
  ),

  brokenBus('hangs where a topic is unknown', ['refuses an unknown topic, soon'], (bus) => ({
    publish: (messages, options) =>
      insteadOf('broker-refused', bus.publish(messages, options), () => never()),
  })),

  brokenBus(
    'makes every topic that somebody names',
    [
      'refuses an unknown topic, soon',
      'refuses to subscribe to an unknown topic, soon',
      'says what is missing, and nothing when all is there',
      'misses a topic that a group subscribes to, though another app publishes on it',
    ],
    () => ({}),
    { createTopics: true },
  ),

  brokenBus('does not look at the signal', ['publishes nothing for a signal that is aborted'], (bus) => ({
    publish: (messages) => bus.publish(messages),
  })),

  brokenBus('delivers delayed messages at once', ['delivers a delayed message, and not early'], (bus) => ({
    publish: (messages, options) =>
      bus.publish(
        changed(messages, ({ delay = 0 }) => (delay <= 1_000 ? { delay: delay / 100 } : {})),
        options,
      ),
  })),

  brokenBus('shortens a delay that it cannot keep', ['refuses a delay that it cannot keep'], (bus) => ({
    publish: (messages, options) =>
      bus.publish(
        changed(messages, ({ delay = 0 }) => (delay > 1_000 ? { delay: 0 } : {})),
        options,
      ),
  })),
];
