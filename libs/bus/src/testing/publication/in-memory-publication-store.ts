import type { LogId, Position } from '@varve/eventstore';
import { InMemoryProcessorStore, type MemoryTransaction } from '@varve/eventstore/testing';
import type { Confirmation, PublicationStore } from '../../index.js';

/** What publication remembers, for tests: several relays and publishers on one of these are like several processes on one file. */
export class InMemoryPublicationStore
  extends InMemoryProcessorStore
  implements PublicationStore<MemoryTransaction>
{
  readonly #confirmed = new Map<LogId, Map<Position, Confirmation>>();

  async recordConfirmed(logId: LogId, confirmed: readonly Confirmation[]): Promise<void> {
    const known = this.#of(logId);
    for (const { position, commitId } of confirmed) known.set(position, { position, commitId });
  }

  async confirmedBetween(logId: LogId, after: Position, upTo: Position): Promise<readonly Confirmation[]> {
    return [...this.#of(logId).values()]
      .filter(({ position }) => position > after && position <= upTo)
      .sort((a, b) => a.position - b.position);
  }

  async pruneConfirmed(logId: LogId, upTo: Position): Promise<void> {
    const known = this.#of(logId);
    for (const position of [...known.keys()]) if (position <= upTo) known.delete(position);
  }

  #of(logId: LogId): Map<Position, Confirmation> {
    const known = this.#confirmed.get(logId) ?? new Map<Position, Confirmation>();
    this.#confirmed.set(logId, known);
    return known;
  }
}
