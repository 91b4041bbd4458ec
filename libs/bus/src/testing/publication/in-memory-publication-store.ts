import type { Position } from '@varve/eventstore';
import { InMemoryProcessorStore, type MemoryTransaction } from '@varve/eventstore/testing';
import type {
  Confirmation,
  InstanceReport,
  InstanceReports,
  PublicationStore,
  Published,
} from '../../index.js';

/** What publication remembers, for tests: several relays and publishers on one of these are like several processes on one file. */
export class InMemoryPublicationStore
  extends InMemoryProcessorStore
  implements PublicationStore<MemoryTransaction>, InstanceReports
{
  readonly #confirmed = new Map<string, Map<Position, Confirmation>>();
  readonly #instances = new Map<string, Map<string, InstanceReport>>();

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
    return ofPublished(this.#confirmed, of);
  }

  async recordInstance(of: Published, report: InstanceReport): Promise<void> {
    ofPublished(this.#instances, of).set(report.instance, report);
  }

  async listInstances(of: Published): Promise<readonly InstanceReport[]> {
    return [...ofPublished(this.#instances, of).values()].sort((a, b) => (a.instance < b.instance ? -1 : 1));
  }

  async forgetInstance(of: Published, instance: string): Promise<void> {
    ofPublished(this.#instances, of).delete(instance);
  }
}

function ofPublished<Key, Value>(
  all: Map<string, Map<Key, Value>>,
  { relay, logId }: Published,
): Map<Key, Value> {
  const key = JSON.stringify([relay, logId]);
  const known = all.get(key) ?? new Map<Key, Value>();
  all.set(key, known);
  return known;
}
