import type { Message } from '../message/message.js';
import type { WireMessage } from '../message/wire-message.js';

/** A message that a group has given up on. */
export interface DeadLetter {
  /** Names it within its group. */
  readonly id: string;
  readonly group: string;
  /** Where it came from, and goes back to on `retry`. */
  readonly topic: string;
  readonly key?: string;
  /** Absent where the broker itself moved it and does not say. */
  readonly reason?: string;
  readonly errorCode?: string;
  readonly attempts?: number;
  readonly at?: Date;
  readonly raw: WireMessage;
  /** Absent when it is no CloudEvent. */
  readonly message?: Message;
}

/** The messages that one group has given up on, the same for a user whatever the broker. Never those of a sequenced subscription. */
export interface DeadLetters {
  /** Oldest first, without taking them away. `after` is the last id of the page before, settled meanwhile or not; `limit` 1 to 1,000, default 100. */
  list(options?: { readonly after?: string; readonly limit?: number }): Promise<readonly DeadLetter[]>;
  find(id: string): Promise<DeadLetter | undefined>;
  /** Publishes it again to where it came from, for this group as for all others, and then takes it away. `false`: it is not there. */
  retry(id: string): Promise<boolean>;
  /** Takes it away. `false`: it is not there. */
  discard(id: string): Promise<boolean>;
}
