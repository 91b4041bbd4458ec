// A service on a real broker, with a trap at one of its steps: service.child.ts ORDERS; then one order per line of its standard input.
import { createInterface } from 'node:readline';
import { Relay, TwoPhasePublisher, twoPhaseEventStore, type TwoPhaseBus } from '@varve/bus';
import { publicationFileOf, SqlitePublicationStore } from '@varve/bus/sqlite';
import type { EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { say } from '../../support/say.ts';
import { openBus } from './open-bus.ts';
import { TIMES, type Answer, type Command, type Order, type ServiceOrders } from './orders.ts';
import { ownersBus, relaysBus, replacing, trappedPublicationStore } from './trapped.ts';
import { Traps } from './traps.ts';

const orders = JSON.parse(process.argv[2] ?? '') as ServiceOrders;
const traps = new Traps();
for (const trap of orders.traps) traps.arm(trap);

const log = await SqliteEventStore.open({ file: orders.logFile });
const store = trappedPublicationStore(
  await SqlitePublicationStore.open({ file: publicationFileOf(orders.logFile) }),
  traps,
  orders.publication,
);
const bus = await openBus(orders.broker);
const appending: EventStore = replacing<EventStore>(log, {
  async append(...request) {
    await traps.at('append', 'before');
    const result = await log.append(...request);
    // Whoever is refused has appended nothing that another could find, and may be the first.
    if (result.ok) await traps.at('append', 'after');
    return result;
  },
});
const tellKind = (event: { readonly kind: string }): void => say({ told: event.kind });
const shared = {
  store,
  categories: { order: orders.publication },
  topics: { topicOf: () => orders.topic },
  onEvent: tellKind,
} as const;

const relay = new Relay({
  ...shared,
  log,
  bus: relaysBus(bus, traps),
  owner: orders.owner,
  sweepAfter: TIMES.sweepAfter,
  leaseDuration: TIMES.lease,
});
const target = await opened();
if (orders.relays) relay.start();
say({ ready: orders.owner });

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line) as Order;
  if ('arm' in order) traps.arm(order.arm);
  else if ('release' in order) traps.release(order.release);
  else if ('command' in order) void handle(order.command);
});

async function opened(): Promise<EventStore> {
  if (orders.publication === 'relay') return appending;
  const publisher = new TwoPhasePublisher({
    ...shared,
    log: appending,
    bus: ownersBus(bus as TwoPhaseBus & typeof bus, traps),
    fenceAfter: TIMES.fenceAfter,
    prepareTimeout: TIMES.prepareTimeout,
  });
  await publisher.start();
  return twoPhaseEventStore(appending, publisher);
}

async function handle({ stream, expected, commitId, cents }: Command): Promise<void> {
  const events = [{ type: 'order.charged', data: { cents } }];
  const answer = (outcome: string): void => say({ answered: commitId, outcome } satisfies Answer);
  try {
    const result = await target.append(stream, expected, events, { commitId });
    answer(result.ok ? 'appended' : 'conflict');
  } catch (error) {
    answer((error as { code?: string }).code ?? String(error));
  }
}
