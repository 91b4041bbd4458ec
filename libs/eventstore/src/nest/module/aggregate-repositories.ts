import { Logger } from '@nestjs/common';
import type { AggregateNotice } from '../../aggregate/aggregate-notice.js';
import { AggregateRepository } from '../../aggregate/aggregate-repository.js';
import type { EventSourced } from '../../aggregate/aggregate-definition.js';
import { InvalidOptionsError } from '../../log/errors.js';
import type { EventStore } from '../../log/event-store.js';
import { printable } from '../../log/printable.js';
import type { SnapshotStore } from '../../log/snapshot-store.js';
import type { EventRegistry } from '../../schema/event-registry.js';
import { aggregateDefinitionOf } from '../aggregate/aggregate-definition-of.js';
import type { AggregateClass } from '../aggregate/aggregate.decorator.js';
import type { EventStoreOptions } from './eventstore-options.js';
import type { InProcessEvents } from './in-process-events.js';

export interface AggregateRepositoriesOptions {
  readonly store: EventStore;
  readonly registry: EventRegistry;
  readonly options: EventStoreOptions;
  readonly inProcess: InProcessEvents;
}

/** The repositories of one store: one for each class, however many modules ask for it. */
export class AggregateRepositories {
  readonly #repositories = new Map<AggregateClass, AggregateRepository<EventSourced>>();
  readonly #logger = new Logger('AggregateRepository');

  constructor(private readonly parts: AggregateRepositoriesOptions) {}

  repositoryOf(aggregate: AggregateClass): AggregateRepository<EventSourced> {
    const known = this.#repositories.get(aggregate);
    if (known) return known;
    const repository = this.#makeRepository(aggregate);
    this.#repositories.set(aggregate, repository);
    return repository;
  }

  /** Resolves when none of them is writing a snapshot. */
  async idle(): Promise<void> {
    await Promise.all([...this.#repositories.values()].map((repository) => repository.idle()));
  }

  #makeRepository(aggregate: AggregateClass): AggregateRepository<EventSourced> {
    const { store, registry, options, inProcess } = this.parts;
    const definition = aggregateDefinitionOf(aggregate);
    const snapshotStore = snapshotStoreOf(store, options);
    if (definition.snapshots && !snapshotStore) throw noSnapshotStore(aggregate);
    return new AggregateRepository({
      store,
      registry,
      definition,
      ...(snapshotStore && { snapshotStore }),
      ...(options.publishInProcess !== false && {
        onRecorded: (events, instance) => inProcess.publish(events, instance),
      }),
      announce: (notice) => this.#log(notice),
    });
  }

  #log(notice: AggregateNotice): void {
    const stream = printable(notice.stream);
    switch (notice.kind) {
      case 'recorded-hook-failed':
        this.#logger.error(
          `Events of ${stream} are recorded but were not published in-process.`,
          stackOf(notice.error),
        );
        break;
      case 'snapshot-failed':
        this.#logger.warn(
          `No snapshot of ${stream} was kept; its events are recorded. ${printable(String(notice.error))}`,
        );
        break;
      case 'snapshot-ignored':
        this.#logger.debug(`The snapshot of ${stream} was not used: ${printable(notice.reason)}.`);
        break;
      case 'deciding-again':
        this.#logger.debug(`Somebody else appended to ${stream}; deciding again (${notice.attempt}).`);
    }
  }
}

function snapshotStoreOf(store: EventStore, options: EventStoreOptions): SnapshotStore | undefined {
  if (options.snapshotStore) return options.snapshotStore;
  return 'loadSnapshot' in store ? (store as EventStore & SnapshotStore) : undefined;
}

function noSnapshotStore(aggregate: AggregateClass): InvalidOptionsError {
  return new InvalidOptionsError(
    'snapshotStore',
    `${aggregate.name} has snapshots, but the event store keeps none. Give EventStoreModule a snapshotStore.`,
  );
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
