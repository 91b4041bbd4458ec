import {
  AggregateRepository,
  defineEvent,
  DomainRuleError,
  Event,
  EventRegistry,
  SnapshotStrategy,
  type AggregateDefinition,
  type AggregateRepositoryOptions,
  type AggregateSnapshots,
  type Decider,
  type EventSourced,
  type JsonValue,
  type NewEvent,
} from '@varve/eventstore';
import { z } from 'zod';

@Event('order.placed')
export class OrderPlaced {
  constructor(readonly total: number) {}
}

@Event('order.paid', { schema: z.object({ amount: z.number().positive() }) })
export class OrderPaid {
  constructor(readonly amount: number) {}
}

export const orderNoted = defineEvent<{ note: string }>('order.noted');

export const registry = new EventRegistry([OrderPlaced, OrderPaid, orderNoted]);

/** An aggregate of nobody's framework. */
export class Order implements EventSourced {
  total = 0;
  paid = 0;
  readonly notes: string[] = [];
  readonly #uncommitted: object[] = [];

  constructor(readonly id: string) {}

  getUncommittedEvents(): object[] {
    return this.#uncommitted;
  }

  place(total: number): void {
    if (this.total > 0) throw new DomainRuleError('place-once', 'The order was placed already.');
    this.raise(new OrderPlaced(total));
  }

  pay(amount: number): void {
    if (this.paid + amount > this.total) throw new DomainRuleError('pay-once', 'The order is paid already.');
    this.raise(new OrderPaid(amount));
  }

  note(note: string): void {
    this.raise(orderNoted.create({ note }));
  }

  raise(event: object): void {
    const { handlers } = orderDefinition;
    const type =
      event instanceof OrderPlaced
        ? 'order.placed'
        : event instanceof OrderPaid
          ? 'order.paid'
          : 'order.noted';
    handlers[type]?.(this, event);
    this.#uncommitted.push(event);
  }

  get state(): { total: number; paid: number; notes: string[] } {
    return { total: this.total, paid: this.paid, notes: this.notes };
  }
}

export const orderDefinition: AggregateDefinition<Order> = {
  category: 'order',
  create: (id) => new Order(id),
  handlers: {
    'order.placed': (order, event: OrderPlaced) => {
      order.total = event.total;
    },
    'order.paid': (order, event: OrderPaid) => {
      order.paid += event.amount;
    },
    'order.noted': (order, event: NewEvent<{ note: string }>) => {
      order.notes.push(event.data.note);
    },
  },
};

export const orderSnapshots: AggregateSnapshots<Order> = {
  strategy: SnapshotStrategy.everyEvents(3),
  revision: '1',
  toSnapshot: (order) => order.state,
  fromSnapshot: (id, state) => {
    const { total, paid, notes } = z
      .object({ total: z.number(), paid: z.number(), notes: z.array(z.string()) })
      .parse(state);
    const order = new Order(id);
    order.notes.push(...notes);
    return Object.assign(order, { total, paid });
  },
};

type Rest = Omit<AggregateRepositoryOptions<Order>, 'registry' | 'definition'> & {
  readonly definition?: AggregateDefinition<Order>;
};

/** A repository that does not wait between retries. */
export function ordersIn(options: Rest): AggregateRepository<Order> {
  return new AggregateRepository({
    registry,
    definition: orderDefinition,
    ...options,
    backoff: { wait: () => Promise.resolve(), ...options.backoff },
  });
}

export interface Account {
  readonly total: number;
  readonly paid: number;
}

export type PayOrder = { readonly type: 'place' | 'pay'; readonly amount: number };

/** The same rules as functions. */
export const orderDecider: Decider<Account, PayOrder, OrderPlaced | OrderPaid> = {
  initial: () => ({ total: 0, paid: 0 }),
  decide: ({ type, amount }, { total, paid }) => {
    if (type === 'place') return total === 0 ? [new OrderPlaced(amount)] : [];
    if (paid + amount > total) throw new DomainRuleError('pay-once', 'The order is paid already.');
    return [new OrderPaid(amount)];
  },
  evolve: (state, event) => {
    if (event instanceof OrderPlaced) return { ...state, total: event.total };
    return event instanceof OrderPaid ? { ...state, paid: state.paid + event.amount } : state;
  },
};

export function asAccount(state: JsonValue): Account {
  return z.object({ total: z.number(), paid: z.number() }).parse(state);
}
