import type { StreamName } from '@varve/eventstore';

/** Something that one aggregate is asked to do, by somebody who does not wait for it. */
export interface Command<Data = unknown> {
  /** The commit id under which it is carried out, so the same command again gets its first answer. Up to 256 characters. */
  readonly id: string;
  /** What is to be done, such as `stock.reserve`. */
  readonly type: string;
  /** The aggregate's. It is the routing key: the commands on one aggregate stay together, and in order where the bus keeps one. */
  readonly stream: StreamName;
  readonly data: Data;
  /** Of the content, where ids are chosen by clients: another command under the same id is told apart by it. */
  readonly fingerprint?: string;
}
