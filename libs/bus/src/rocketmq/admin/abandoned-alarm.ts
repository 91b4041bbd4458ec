import type { BusNotice } from '../../transport/bus-notice.js';
import type { Administration } from './administration.js';
import { ABANDONED_TOPIC } from './inspect.js';

/** Tells of half messages that the broker has given up asking about: silently, so somebody has to look. */
export class AbandonedAlarm {
  readonly #administration: Administration;
  readonly #notify: (notice: BusNotice) => void;
  #told = 0;

  constructor(administration: Administration, notify: (notice: BusNotice) => void) {
    this.#administration = administration;
    this.#notify = notify;
  }

  /** Never rejects: that a broker cannot be looked into does not make the bus unhealthy. */
  async look(): Promise<void> {
    if (!this.#administration.isPossible) return;
    try {
      const count = await this.#administration.abandonedHalfMessages();
      if (count > this.#told)
        this.#notify({ kind: 'trouble', what: 'half messages', error: abandoned(count) });
      this.#told = count;
    } catch (error) {
      this.#notify({ kind: 'trouble', what: `reading ${ABANDONED_TOPIC}`, error });
    }
  }
}

function abandoned(count: number): Error {
  return new Error(
    `The broker has given up asking about ${count} half messages (${ABANDONED_TOPIC}). The sweep publishes what was appended; raise transactionCheckMax.`,
  );
}
