import type { Message } from '../message/message.js';
import type { BusHealth, BusNotice } from './bus-notice.js';
import type { DeadLetters } from './dead-letters.js';
import type { DeliveriesHandler, MessageHandler, Subscription, SubscriptionOptions } from './subscription.js';

/** What a bus can do, as facts that others decide by. */
export interface BusCapabilities {
  /** `lane`: messages of one key arrive in the order in which they were published, as long as nothing fails. */
  readonly ordering: 'lane' | 'none';
  readonly twoPhase: boolean;
  /** The longest delay of a message in milliseconds; `false` without delayed messages. */
  readonly delay: number | false;
  /** The largest message that is accepted, headers included. A larger commit travels as a pointer. */
  readonly maxBytes: number;
  /** `emulated`: this library keeps dead letters in a topic of its own. The same for a user. */
  readonly deadLetter: 'native' | 'emulated';
}

/**
 * Transport: at least once, possibly twice, in any order. The log is the truth and the numbers in a message are the order, so nothing here
 * is relied on for either.
 *
 * Every implementation passes `messageBusContract` of `@varve/bus/testing`. A constructor connects to nothing: the first use does, and
 * every use tries anew after a failure.
 */
export interface MessageBus {
  /** For people and logs, such as `kafka 127.0.0.1:9092`. Without secrets. */
  readonly description: string;
  readonly capabilities: BusCapabilities;

  /**
   * Resolves when the broker has confirmed all of them. Messages of one key are handed to the broker in the order given, each after the
   * one before it was confirmed or in one batch that keeps the order. After a rejection any of them may have been published: publish all
   * of them again.
   *
   * @throws MessageTooLargeError before anything is sent
   * @throws BrokerUnavailableError nothing, or not all, could be handed over
   * @throws PublishNotConfirmedError it is not known what arrived
   * @throws BrokerRefusedError trying again cannot help: no such topic, wrong type of topic, no right
   */
  publish(messages: readonly Message[], options?: { readonly signal?: AbortSignal }): Promise<void>;

  /**
   * Resolves when messages can arrive. From then on the subscription survives outages of the broker by itself; before, it is the caller who
   * tries again (`keepSubscribed`).
   *
   * A bus that gets messages by the batch hands them to `many` instead, if there is one, as they are; any other calls `handler` for each. A
   * message goes to one of the two, and every rule holds for either.
   *
   * @throws BrokerUnavailableError, BrokerRefusedError within the bus's connect time-out: never hangs
   */
  subscribe(
    options: SubscriptionOptions,
    handler: MessageHandler,
    many?: DeliveriesHandler,
  ): Promise<Subscription>;

  deadLetters(group: string): DeadLetters;

  /** Asks the broker, within a time-out of its own. Never rejects. */
  health(): Promise<BusHealth>;

  /** Called with what an operator may want to know; several may listen. Answers how to stop. */
  onNotice(listener: (notice: BusNotice) => void): () => void;

  /** Lets handlers that run finish and acknowledges what they have done, then disconnects. Idempotent. */
  close(): Promise<void>;
}
