import {
  AggregateRepository,
  defineEvent,
  EventRegistry,
  SnapshotStrategy,
  type AggregateDefinition,
  type AggregateNotice,
  type EventStore,
  type JsonValue,
  type SnapshotStore,
} from '@varve/eventstore';

const charged = defineEvent<{ cents: number }>('order.charged', { version: 1 });

/** As much of an aggregate as has snapshots. */
export class Account {
  cents = 0;
  readonly #uncommitted: object[] = [];

  charge(cents: number): void {
    this.cents += cents;
    this.#uncommitted.push(charged.create({ cents }));
  }

  getUncommittedEvents(): object[] {
    return this.#uncommitted;
  }
}

const definition: AggregateDefinition<Account> = {
  category: 'account',
  create: () => new Account(),
  handlers: {
    'order.charged': (account, { data }: { data: { cents: number } }) => {
      account.cents += data.cents;
    },
  },
  snapshots: {
    strategy: SnapshotStrategy.everyEvents(5),
    revision: '1',
    toSnapshot: ({ cents }) => ({ cents }),
    fromSnapshot: (_id, state: JsonValue) => Object.assign(new Account(), state),
  },
};

export function accountsIn(
  store: EventStore,
  snapshotStore: SnapshotStore,
  notices: AggregateNotice[],
): AggregateRepository<Account> {
  const registry = new EventRegistry([charged]);
  return new AggregateRepository({
    store,
    registry,
    definition,
    snapshotStore,
    announce: (notice) => notices.push(notice),
  });
}
