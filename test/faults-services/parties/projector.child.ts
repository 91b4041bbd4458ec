// A projector that a real broker feeds, with a trap at one of its steps: projector.child.ts ORDERS; then one order per line of its standard input.
import { createInterface } from 'node:readline';
import type { DeliveriesHandler, Delivery, MessageBus } from '@varve/bus';
import type { LogReader } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, type ProjectorEvent } from '@varve/projections';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { accounts } from '../../faults/support/accounts.ts';
import { say } from '../../support/say.ts';
import { openBus } from './open-bus.ts';
import { TIMES, type Order, type ProjectorOrders } from './orders.ts';
import { replacing, trappedReadModels } from './trapped.ts';
import { Traps } from './traps.ts';

const orders = JSON.parse(process.argv[2] ?? '') as ProjectorOrders;
const traps = new Traps();
for (const trap of orders.traps) traps.arm(trap);

/** A reader has no right to write, so the log is not told who follows it. */
const log: LogReader = await SqliteEventStore.open({ file: orders.logFile, readOnly: true });
const reader = new Proxy(log, {
  has: (of, key) => key !== 'registerConsumer' && Reflect.has(of, key),
  get(of, key) {
    const value: unknown = Reflect.get(of, key, of);
    return typeof value === 'function' ? (value.bind(of) as unknown) : value;
  },
});
const readModels = await SqliteReadModels.open({ file: orders.readModelsFile });
const bus = await openBus(orders.broker);
const delivering: MessageBus = replacing<MessageBus>(bus, {
  subscribe: (options, handler, many) =>
    bus.subscribe(
      options,
      (message, context) => traps.around('deliver', () => handler(message, context)),
      many && ((deliveries) => deliveries.forEach((delivery) => deliver(delivery, many))),
    ),
});
const known = accounts();
const projection: typeof known = {
  ...known,
  apply: (events, tx) => traps.around('apply', () => known.apply(events, tx)),
};

const projector = new Projector({
  log: reader,
  readModels: trappedReadModels(readModels, traps),
  projections: [projection],
  owner: orders.owner,
  leaseDuration: TIMES.lease,
  feed: {
    bus: delivering,
    topics: [orders.topic],
    groupPrefix: orders.groupPrefix,
    startFrom: 'earliest',
    walkBehind: orders.walkBehind,
    onNotice: ({ kind }) => say({ notice: kind }),
  },
  onEvent: (event) => tell(event),
});

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line) as Order;
  if ('arm' in order) traps.arm(order.arm);
  else if ('release' in order) traps.release(order.release);
});
await projector.start();
say({ ready: orders.owner });

function tell(event: ProjectorEvent): void {
  if (!('error' in event)) {
    say({ told: event.kind });
    return;
  }
  const { code, message } = event.error as { code?: string; message?: string };
  say({ told: event.kind, code, message });
}

/** By itself, so that each may fall into a trap. */
function deliver(delivery: Delivery, many: DeliveriesHandler): void {
  const { wire, attempt, signal } = delivery;
  const handled = (): Promise<void> =>
    new Promise((done, failed) => many([{ wire, attempt, signal, done, failed }]));
  traps.around('deliver', handled).then(
    () => delivery.done(),
    (error: unknown) => delivery.failed(error),
  );
}
