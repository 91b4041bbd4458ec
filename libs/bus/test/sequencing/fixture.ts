import { commitMessage, Sequencer, type Message, type SequencerOptions } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus, type MemoryBrokerOptions } from '@varve/bus/memory';
import {
  Processor,
  type Commit,
  type HandledCommit,
  type LogReader,
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
import { ManualTime } from '../../../../test/support/manual-time.js';

export type Rows = Record<string, readonly number[]>;
type Options = ProcessorOptions<MemoryTransaction>;

export const ID = 'orders@1';
export const TOPIC = 'order';

/** A log, a bus in process, and a projection between them, in a time of their own. */
export class Fixture {
  readonly log = new InMemoryEventStore();
  readonly store = new InMemoryProcessorStore();
  readonly time = new ManualTime();
  readonly events: ProcessorEvent[] = [];
  readonly broker: MemoryBroker;
  readonly bus: MemoryMessageBus;

  constructor(options: MemoryBrokerOptions = {}) {
    this.broker = new MemoryBroker({ timers: this.time, now: this.time.clock, ...options });
    this.bus = new MemoryMessageBus({ broker: this.broker, random: () => 0.5 });
  }

  sequencer(options: Partial<SequencerOptions> = {}): Sequencer {
    const { time, bus, log } = this;
    return new Sequencer({
      bus,
      topics: [TOPIC],
      group: 'orders',
      log,
      startFrom: 'earliest',
      clock: time.clock,
      timers: time,
      random: () => 0.5,
      ...options,
    });
  }

  processor(feed: Sequencer | undefined, options: Partial<Options> = {}): Processor<MemoryTransaction> {
    return new Processor({
      id: ID,
      log: this.log,
      store: this.store,
      ...(feed && { feed }),
      handler: this.listing(),
      order: 'stream',
      owner: 'one',
      clock: this.time.clock,
      timers: this.time,
      random: () => 0.5,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  /** Lists every event that it is given; `refuses` says which commits it cannot apply. */
  listing(
    refuses: (commit: HandledCommit) => boolean = () => false,
  ): TransactionalHandler<MemoryTransaction> {
    return {
      effects: 'in-transaction',
      apply: (commits, tx) => {
        for (const commit of commits) {
          if (refuses(commit)) throw new Error(`cannot apply ${commit.stream}`);
          for (const event of commit.events) list(tx, event);
        }
      },
    };
  }

  /** Appends, and answers the commit as it stands in the log. */
  async append(stream: string, events = 1, options: { readonly commitId?: string } = {}): Promise<Commit> {
    const news = Array.from({ length: events }, () => ({ type: 'changed', data: { of: stream } }));
    const result = await this.log.append(stream, 'any', news, options);
    if (!result.ok) throw new Error('a conflict');
    for await (const { commits } of this.log.readAll(result.commit.position - 1, { batchSize: 1 })) {
      if (commits[0]) return commits[0];
    }
    throw new Error('The commit is gone.');
  }

  message(commit: Commit, options: { readonly pointer?: boolean } = {}): Message {
    return commitMessage(commit, { logId: this.log.logId, topic: TOPIC, ...options });
  }

  publish(...commits: readonly Commit[]): Promise<void> {
    return this.bus.publish(commits.map((commit) => this.message(commit)));
  }

  rows(): Rows {
    return this.store.read<Rows>('rows') ?? {};
  }

  async position(): Promise<number> {
    return (await this.store.load(ID))?.position ?? 0;
  }
}

function list(tx: MemoryTransaction, { stream, version }: RecordedEvent): void {
  const rows = tx.get<Rows>('rows') ?? {};
  tx.set('rows', { ...rows, [stream]: [...(rows[stream] ?? []), version] });
}

export async function foldOf(log: LogReader): Promise<Rows> {
  const rows: Record<string, number[]> = {};
  for await (const { commits } of log.readAll(0)) {
    for (const { stream, events } of commits)
      (rows[stream] ??= []).push(...events.map(({ version }) => version));
  }
  return rows;
}

/** Steps, letting promises and what is due run in between, until nothing happens any more. */
export async function settle(fixture: Fixture, processor: Processor<MemoryTransaction>): Promise<StepResult> {
  for (let quiet = 0, steps = 0; steps < 10_000; steps += 1) {
    fixture.time.advance(0);
    await new Promise((resolve) => setImmediate(resolve));
    const result = await processor.runOnce();
    quiet = result.kind === 'progressed' ? 0 : quiet + 1;
    if (quiet > 5) return result;
  }
  throw new Error('It never comes to rest.');
}

/** A projection that has begun to follow the bus. */
export async function started(fixture: Fixture, sequencer = fixture.sequencer()) {
  const processor = fixture.processor(sequencer);
  await settle(fixture, processor);
  if (sequencer.status().state !== 'running')
    throw new Error(`The sequencer is ${sequencer.status().state}.`);
  return { sequencer, processor };
}
