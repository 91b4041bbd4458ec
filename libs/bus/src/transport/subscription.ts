import type { Message } from '../message/message.js';
import type { WireMessage } from '../message/wire-message.js';
import type { RetryPolicy } from './retry-policy.js';

/** What `MessageBus.subscribe` takes beside the handler. `topics` and `group` are needed. */
export interface SubscriptionOptions {
  /** What is subscribed to, by names at the broker: at least one, each once. */
  readonly topics: readonly string[];
  /** Subscriptions of one group share the messages. */
  readonly group: string;
  /**
   * `key` (default): messages of one key are handled one after the other, in the bus's order, and a key that fails holds back only itself
   * where the broker can do that. `none`: each is handed over as it comes, and only their number is bounded.
   */
  readonly order?: 'key' | 'none';
  /** The most messages that are handled, or held, at the same time: 1 to 10,000, default 64. No more are fetched until some are settled. */
  readonly maxInFlight?: number;
  /** How often and when a message is tried again that a handler rejects. What is left out is as in `DEFAULT_RETRY_POLICY`. */
  readonly retry?: Partial<RetryPolicy>;
  /** A group that has no place yet begins with what the broker still has, or with what comes from now on. Default `earliest`. */
  readonly startFrom?: 'earliest' | 'latest';
  /**
   * What becomes of a message that is no CloudEvent, or that a handler refuses for good. Default `dead-letter`. `drop` acknowledges it; the
   * notice `message-dropped` is all that is left.
   */
  readonly onPoison?: 'dead-letter' | 'drop';
  /** Off for a sequenced subscription, whose messages the log has: nothing that fails ever drifts into the dead letters. Default `retry-then-dead-letter`. */
  readonly onFailure?: 'retry-then-dead-letter' | 'retry-for-ever';
}

/** What a handler is told of a delivery beside the message. */
export interface MessageContext {
  /** From 1. A hint: brokers count wrongly after a crash. */
  readonly attempt: number;
  /** Aborted when the subscription is closed by force or the message was given to somebody else. What the handler does then is repeated. */
  readonly signal: AbortSignal;
  readonly group: string;
  /** Of the body, as it came over the wire. */
  readonly bytes: number;
}

/**
 * Resolves: acknowledged. Rejects: tried again later, or given up on, as the error's class and the policy say. It may take as long as it
 * likes: the adapter keeps the message from being given to somebody else meanwhile.
 */
export type MessageHandler = (message: Message, context: MessageContext) => Promise<void>;

/** A message that was handed over among others, until it is settled: once, by `done` or `failed`; whatever is said later counts for nothing. */
export interface Delivery extends Pick<MessageContext, 'attempt' | 'signal'> {
  /** As it came. Whoever takes deliveries reads them by `decodeWire`, and fails what that refuses. */
  readonly wire: WireMessage;
  /** As a handler that resolves. */
  done(): void;
  /** As a handler that rejects: the error's class and the policy say what becomes of it. */
  failed(error: unknown): void;
}

/**
 * A handler of many, each of which is settled by itself, in any order and at any time; one that throws fails all that it was given and has
 * not settled. A promise and its closures for each message take as long as all else that a quick subscriber does with it.
 */
export type DeliveriesHandler = (deliveries: readonly Delivery[]) => void;

/** A subscription that runs, until `close()`. It survives outages of the broker by itself. */
export interface Subscription {
  readonly group: string;
  status(): SubscriptionStatus;
  /** Fetches nothing more until `resume`; what is in hand is handled. Group membership is kept. */
  pause(): void;
  resume(): void;
  /** Fetches nothing more, waits for handlers that run and settles their messages, then leaves. Idempotent. */
  close(): Promise<void>;
}

/** How a subscription stands in this process: reading it does not ask the broker. */
export interface SubscriptionStatus {
  readonly state: 'running' | 'paused' | 'unavailable' | 'closed';
  readonly inFlight: number;
  /** Handled and acknowledged since the start. */
  readonly handled: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly lastError?: unknown;
}
