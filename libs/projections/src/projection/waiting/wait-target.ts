import { isEventStoreError, type LogReader, type Position } from '@varve/eventstore';
import type { StreamPoint } from './wait-for.js';

/** What somebody waits for, in both coordinates as far as they are needed. What the log has said once is not asked for again. */
export class WaitTarget {
  #position: Position | undefined;
  #point: StreamPoint | undefined;

  constructor(
    private readonly log: Pick<LogReader, 'logId' | 'commitAt' | 'readStream'>,
    target: Position | StreamPoint,
  ) {
    if (typeof target === 'number') this.#position = target;
    else this.#point = target;
  }

  /** Whether that is known without asking anybody. */
  isWithin(position: Position): boolean {
    return this.#position !== undefined && this.#position <= position;
  }

  /** A log elsewhere that was not reached yet has no id, and contradicts nothing. */
  isOfAnotherLog(logId: string): boolean {
    try {
      return this.log.logId !== logId;
    } catch (error) {
      return refuseUnlessAway(error, false);
    }
  }

  /** Nothing as long as the log does not have it, or cannot be asked. */
  async point(): Promise<StreamPoint | undefined> {
    if (!this.#point && this.#position) {
      const commit = await this.log
        .commitAt(this.#position)
        .catch((error: unknown) => refuseUnlessAway(error));
      this.#point = commit && { stream: commit.stream, version: commit.lastVersion };
    }
    return this.#point;
  }

  /** Nothing as long as the log does not have it, or cannot be asked. */
  async position(): Promise<Position | undefined> {
    if (this.#position === undefined && this.#point) {
      this.#position = await this.#look(this.#point).catch((error: unknown) => refuseUnlessAway(error));
    }
    return this.#position;
  }

  async #look({ stream, version }: StreamPoint): Promise<Position | undefined> {
    for await (const event of this.log.readStream(stream, { from: version, limit: 1 })) return event.position;
    return undefined;
  }
}

function refuseUnlessAway(error: unknown): undefined;
function refuseUnlessAway<T>(error: unknown, otherwise: T): T;
function refuseUnlessAway(error: unknown, otherwise?: unknown): unknown {
  if (isEventStoreError(error) && error.retryable) return otherwise;
  throw error;
}
