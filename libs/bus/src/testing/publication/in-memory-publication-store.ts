import type { Position } from '@varve/eventstore';
import { InMemoryProcessorStore, type MemoryTransaction } from '@varve/eventstore/testing';
import type { Confirmation, PublicationStore, Published } from '../../index.js';

/** What publication remembers, for tests: several relays and publishers on one of these are like several processes on one file. */
export class InMemoryPublicationStore
  extends InMemoryProcessorStore
  implements PublicationStore<MemoryTransaction>
{
  readonly #confirmed = new Map<string, Map<Position, Confirmation>>();

  async recordConfirmed(of: Published, confirmed: readonly Confirmation[]): Promise<void> {
    const known = this.#of(of);
    for (const { position, commitId } of confirmed) known.set(position, { position, commitId });
  }

  async confirmedBetween(of: Published, after: Position, upTo: Position): Promise<readonly Confirmation[]> {
    return [...this.#of(of).values()]
      .filter(({ position }) => position > after && position <= upTo)
      .sort((a, b) => a.position - b.position);
  }

  async pruneConfirmed(of: Published, upTo: Position): Promise<void> {
    const known = this.#of(of);
    for (const position of [...known.keys()]) if (position <= upTo) known.delete(position);
  }

  #of(of: Published): Map<Position, Confirmation> {
    const key = JSON.stringify([of.relay, of.logId]);
    const known = this.#confirmed.get(key) ?? new Map<Position, Confirmation>();
    this.#confirmed.set(key, known);
    return known;
  }
}
