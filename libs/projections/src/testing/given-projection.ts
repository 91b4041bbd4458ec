import type { EventRegistry, NewEvent, StreamName } from '@varve/eventstore';
import type { Projection } from '../projection/projection.js';
import type { ReadModels } from '../projection/read-models.js';
import type { SqliteTransaction } from '../sqlite/sqlite-transaction.js';
import { canonical } from './contract/check.js';
import { assertSameRows } from './given-rows.js';
import { deliver, type Delivery, type GivenCommit } from './given-delivery.js';

/** A version's rows by table, as a test expects them; their order does not count. */
export type GivenRows = Readonly<Record<string, readonly object[]>>;

/** What `givenProjection` takes beside the projection. All of it may be left out. */
export interface GivenProjectionOptions<Tx> {
  /** Opens read models of their own, empty, for each way of delivering. Default: SQLite in memory. */
  readonly readModels?: () => Promise<ReadModels<Tx>>;
  /** Encodes events that are instances of classes, and decodes what is stored, as the projector does. */
  readonly registry?: EventRegistry;
}

/**
 * `await givenProjection(orders).events('order-17', placed, paid).then({ orders: [{ id: 'order-17', status: 'paid' }] })`
 *
 * The events go through a real log and a real processor, in one batch, in batches of two commits and one by one, and each time again with
 * every batch applied twice, the first time rolled back: all of that must give the same rows.
 */
export function givenProjection(
  projection: Projection<SqliteTransaction>,
  options?: GivenProjectionOptions<SqliteTransaction>,
): GivenProjection<SqliteTransaction>;
export function givenProjection<Tx>(
  projection: Projection<Tx>,
  options: GivenProjectionOptions<Tx> & Required<Pick<GivenProjectionOptions<Tx>, 'readModels'>>,
): GivenProjection<Tx>;
export function givenProjection<Tx>(
  projection: Projection<Tx>,
  options: GivenProjectionOptions<Tx> = {},
): GivenProjection<Tx> {
  return new GivenProjection(projection, options, { commits: [], times: 2, orders: ['as given'] });
}

interface Scenario {
  readonly commits: readonly GivenCommit[];
  /** How often each batch is applied; all but the last time are rolled back. */
  readonly times: number;
  readonly orders: readonly Delivery['order'][];
}

const BATCH_SIZES = [10_000, 2, 1];

/** Knows no test runner. Every method answers a new one. */
export class GivenProjection<Tx> {
  constructor(
    private readonly projection: Projection<Tx>,
    private readonly options: GivenProjectionOptions<Tx>,
    private readonly scenario: Scenario,
  ) {}

  /** One commit of a stream: plain events, or instances of the registry's classes. */
  events(stream: StreamName, ...events: readonly object[]): GivenProjection<Tx> {
    const { registry } = this.options;
    const encoded = events.map((event) => (registry ? registry.encode(event) : (event as NewEvent)));
    return this.stored(stream, ...encoded);
  }

  /** One commit as it stands in the log, under the names and in the schema versions of whatever code has written it: the registry upcasts it. */
  stored(stream: StreamName, ...events: readonly NewEvent[]): GivenProjection<Tx> {
    return this.with({ commits: [...this.scenario.commits, { stream, events }] });
  }

  /** How often every batch is applied, all but the last time rolled back: 2 unless told otherwise. */
  deliveredTimes(times: number): GivenProjection<Tx> {
    return this.with({ times });
  }

  /** Also stream by stream, the last one first: what `order: 'stream'` promises, and what a parked stream or a bus makes of it. */
  inAnyOrderOfStreams(): GivenProjection<Tx> {
    return this.with({ orders: ['as given', 'stream by stream', 'streams reversed'] });
  }

  /** @throws Error that shows the first difference, or which way of delivering gives other rows */
  async then(expected: GivenRows): Promise<void> {
    if (typeof expected === 'function') {
      throw new Error('givenProjection(…) was awaited. Call then(…) with the expected rows instead.');
    }
    assertSameRows(await this.rows(), expected);
  }

  /** The rows themselves, for a test runner's own assertions, once all ways of delivering have given the same. */
  async rows(): Promise<GivenRows> {
    const [first, ...others] = this.deliveries();
    if (!first) throw new Error('There is no way of delivering.');
    const rows = await deliver(this.projection, this.options, first);
    for (const delivery of others) {
      const again = await deliver(this.projection, this.options, delivery);
      if (canonical(again) === canonical(rows)) continue;
      throw new Error(
        `The rows depend on how the events are delivered.\n  ${describe(first)}: ${canonical(rows)}\n  ${describe(delivery)}: ${canonical(again)}`,
      );
    }
    return rows;
  }

  private deliveries(): Delivery[] {
    const { commits, times, orders } = this.scenario;
    return orders.flatMap((order) =>
      [1, times].flatMap((each) =>
        BATCH_SIZES.map((batchSize) => ({ commits, order, batchSize, times: each })),
      ),
    );
  }

  private with(changes: Partial<Scenario>): GivenProjection<Tx> {
    return new GivenProjection(this.projection, this.options, { ...this.scenario, ...changes });
  }
}

function describe({ order, batchSize, times }: Delivery): string {
  return `${order}, at most ${batchSize} commits at once, ${times === 1 ? 'once' : `${times} times`}`;
}
