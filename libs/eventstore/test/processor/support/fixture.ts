import {
  Processor,
  type HandledCommit,
  type EffectHandler,
  type EventStore,
  type ProcessorEvent,
  type ProcessorOptions,
  type RecordedEvent,
  type StepResult,
  type TransactionalHandler,
} from '@varve/eventstore';
import {
  InMemoryEventStore,
  InMemoryProcessorStore,
  type MemoryTransaction,
} from '@varve/eventstore/testing';
import { ManualTime } from '../../../../../test/support/manual-time.js';

export type Options = ProcessorOptions<MemoryTransaction>;

/** The rows of the tests' read model: for each stream the versions that were applied, in the order in which they were. */
export type Rows = Record<string, readonly number[]>;

export class Fixture {
  readonly log: InMemoryEventStore;
  readonly store = new InMemoryProcessorStore();
  readonly time = new ManualTime();
  readonly events: ProcessorEvent[] = [];

  constructor(log = new InMemoryEventStore()) {
    this.log = log;
  }

  processor(options: Partial<Options> = {}): Processor<MemoryTransaction> {
    return new Processor({
      id: 'orders@1',
      log: this.log,
      store: this.store,
      handler: listing(),
      order: 'stream',
      owner: 'one',
      leaseDuration: 3_000,
      clock: this.time.clock,
      timers: this.time,
      random: () => 0.5,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  async append(stream: string, ...types: string[]): Promise<void> {
    await this.log.append(
      stream,
      'any',
      types.map((type) => ({ type, data: {} })),
    );
  }

  rows(): Rows {
    return this.store.read<Rows>('rows') ?? {};
  }

  announced(kind: ProcessorEvent['kind']): ProcessorEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  async position(): Promise<number | undefined> {
    return (await this.store.load('orders@1'))?.position;
  }
}

export async function fiveOrders(): Promise<Fixture> {
  const fixture = new Fixture();
  for (const order of [1, 2, 3, 4, 5]) await fixture.append(`order-${order}`, 'placed');
  return fixture;
}

/** Lists every event that it is given; `refuses` says which commits it cannot apply. */
export function listing(
  refuses: (commit: HandledCommit) => boolean = () => false,
): TransactionalHandler<MemoryTransaction> {
  return {
    effects: 'in-transaction',
    apply(commits, tx) {
      for (const commit of commits) {
        if (refuses(commit)) throw new Error(`cannot apply ${commit.stream}`);
        for (const event of commit.events) list(tx, event);
      }
    },
  };
}

function list(tx: MemoryTransaction, { stream, version }: RecordedEvent): void {
  const rows = tx.get<Rows>('rows') ?? {};
  tx.set('rows', { ...rows, [stream]: [...(rows[stream] ?? []), version] });
}

export function reacting(react: EffectHandler['react']): EffectHandler {
  return { effects: 'before-checkpoint', react };
}

/** What the rows must be: each event of the log once, each stream's in order. */
export async function foldOf(log: EventStore): Promise<Rows> {
  const rows: Record<string, number[]> = {};
  for await (const { commits } of log.readAll(0)) {
    for (const { stream, events } of commits)
      (rows[stream] ??= []).push(...events.map((event) => event.version));
  }
  return rows;
}

/** Lets promises and their callbacks run until `condition` holds; time stands still. */
export async function turnUntil(condition: () => unknown): Promise<void> {
  for (let turns = 0; turns < 10_000; turns += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('It never came to that.');
}

/** A door that is shut until the test opens it, and knows whether somebody stands before it. */
export class Gate {
  readonly #opened = Promise.withResolvers<undefined>();
  readonly #reached = Promise.withResolvers<undefined>();

  get reached(): Promise<undefined> {
    return this.#reached.promise;
  }

  pass(): Promise<undefined> {
    this.#reached.resolve(undefined);
    return this.#opened.promise;
  }

  open(): void {
    this.#opened.resolve(undefined);
  }
}

/** Puts `before` in front of one method of a port. */
export function intercept<T extends object>(port: T, method: keyof T, before: () => Promise<void> | void): T {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (key !== method) return call;
      return async (...args: unknown[]) => {
        await before();
        return call(...args);
      };
    },
  });
}

/** Steps until there is nothing more to do, and answers how that showed. */
export async function settle(processor: Processor<MemoryTransaction>): Promise<StepResult> {
  for (let steps = 0; steps < 10_000; steps += 1) {
    const result = await processor.runOnce();
    if (result.kind !== 'progressed') return result;
  }
  throw new Error('The processor never comes to rest.');
}
