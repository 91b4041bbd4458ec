import type { Message } from '../message/message.js';
import type { MessageBus } from './message-bus.js';

/** A half message: the broker has it, no consumer sees it. */
export interface PreparedMessage {
  /** Makes it visible. Best effort: a rejection means that the broker will ask. Never answer one with `rollback`. */
  commit(): Promise<void>;
  /** Drops it. Only after a conflict, which means that nothing was appended, or after a fence. Best effort. */
  rollback(): Promise<void>;
}

/** `unknown`: the broker asks again. */
export type CheckBackAnswer = 'commit' | 'rollback' | 'unknown';

/** Answers the broker's question about a half message that nobody has decided. It may be asked about one several times. */
export type CheckBack = (message: Message) => Promise<CheckBackAnswer>;

/**
 * A bus with transactional messages. The broker keeps no decision: a half message that was rolled back by one and committed by another *is*
 * delivered, and a committed one may be delivered twice.
 *
 * Every implementation passes `twoPhaseContract` of `@varve/bus/testing`.
 */
export interface TwoPhaseBus extends MessageBus {
  /**
   * @throws BrokerUnavailableError the half message is not known to be there
   * @throws MessageTooLargeError, BrokerRefusedError
   */
  prepare(message: Message): Promise<PreparedMessage>;

  /**
   * Answers the broker's questions about half messages of `topics` that nobody has decided, whoever prepared them. Register before the
   * first `prepare`. A rejection counts as `unknown`.
   */
  onCheck(topics: readonly string[], answer: CheckBack): Promise<void>;
}
