import { decodeWire } from '../message/decode-wire.js';
import type { BusNotice } from '../transport/bus-notice.js';
import type { CheckBack, CheckBackAnswer } from '../transport/two-phase-bus.js';
import { TransactionResolution } from './client/driver.js';
import { brokerName } from './names.js';
import { wireFromServer, type ServerMessage } from './wire-from-server.js';

const resolutions: Readonly<Record<CheckBackAnswer, number>> = {
  commit: TransactionResolution.COMMIT,
  rollback: TransactionResolution.ROLLBACK,
  // The client says nothing then, and the server asks again.
  unknown: TransactionResolution.TRANSACTION_RESOLUTION_UNSPECIFIED,
};

/** Who answers the server's questions about half messages, by topic. */
export class CheckBacks {
  readonly #answers = new Map<string, CheckBack>();
  readonly #notify: (notice: BusNotice) => void;

  constructor(notify: (notice: BusNotice) => void) {
    this.#notify = notify;
  }

  register(topics: readonly string[], answer: CheckBack): void {
    for (const topic of topics) this.#answers.set(brokerName(topic), answer);
  }

  /** What the client gives the server for it. Never rejects. */
  async resolve(half: ServerMessage): Promise<number> {
    const answer = this.#answers.get(half.topic);
    if (!answer) return resolutions.unknown;
    const wire = wireFromServer(half);
    try {
      const given = await answer(decodeWire(wire));
      this.#notify({ kind: 'check-back', topic: wire.topic, answer: given });
      return resolutions[given];
    } catch (error) {
      this.#notify({ kind: 'check-back', topic: wire.topic, answer: 'unknown', error });
      return resolutions.unknown;
    }
  }
}
