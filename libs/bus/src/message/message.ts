import type { CloudEvent } from './cloud-event.js';

/** What a bus carries: an envelope, and where it goes. */
export interface Message<Data = unknown> {
  readonly topic: string;
  /** Routes: messages of one key keep their order on a bus with lanes. A commit's key is its stream. */
  readonly key: string;
  readonly event: CloudEvent<Data>;
  /** For a broker's tools: the first event's type. Nothing in this library filters by it. */
  readonly tag?: string;
  /** For a broker's tools: what a person may look a message up by. */
  readonly searchKeys?: readonly string[];
  /** Not before so many milliseconds from now; on a bus whose `capabilities.delay` is at least that. */
  readonly delay?: number;
}
