import type { Message } from '../message/message.js';
import { InvalidBusOptionsError, MessageTooLargeError } from '../transport/errors.js';
import { encodeMessage } from './encode-message.js';
import type { Sendable } from './sender.js';

/** By default a broker delays no message for longer than three days. */
export const LONGEST_DELAY = 3 * 24 * 60 * 60_000;

export interface PublishOptions {
  /** Messages on their way at the same time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  readonly send: (message: Sendable) => Promise<void>;
}

/** @throws MessageTooLargeError, InvalidBusOptionsError for a delay, MessageRejectedError, BrokerRefusedError for a name */
export function sendableOf(message: Message, maxBytes: number): Sendable {
  const { topic, key, delay } = message;
  const encoded = encodeMessage(message);
  if (delay !== undefined && !(delay >= 0 && delay <= LONGEST_DELAY)) {
    throw new InvalidBusOptionsError(
      'delay',
      `"delay" of a message for "${topic}" is ${delay}. Use 0 to ${LONGEST_DELAY} milliseconds.`,
    );
  }
  if (encoded.bytes > maxBytes) throw new MessageTooLargeError(encoded.bytes, maxBytes, topic);
  return { ...encoded, topic, key, delay };
}

/** Those of one key one after the other, each when the one before it is confirmed. After the first failure, or the signal, nothing more is sent. */
export async function publishAll(messages: readonly Sendable[], options: PublishOptions): Promise<void> {
  const { concurrency, signal, send } = options;
  const lanes = lanesOf(messages);
  const next = lanes.values();
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (const lane of next) {
      for (const message of lane) {
        if (failure || signal?.aborted) return;
        await send(message);
      }
    }
  };
  const remember = (error: unknown): void => {
    failure ??= { error };
  };
  const workers = Array.from({ length: Math.min(concurrency, lanes.length) }, () => work().catch(remember));
  await Promise.all(workers);
  if (failure) throw failure.error;
}

function lanesOf(messages: readonly Sendable[]): Sendable[][] {
  const lanes = new Map<string, Sendable[]>();
  for (const message of messages) {
    const id = JSON.stringify([message.topic, message.key]);
    const lane = lanes.get(id);
    if (lane) lane.push(message);
    else lanes.set(id, [message]);
  }
  return [...lanes.values()];
}
