// Run by plain Node: a service that appends in two phases and relays, and dies at a step of its own: service.child.ts ORDERS
import { Relay, TwoPhasePublisher, twoPhaseEventStore, type PublicationStore } from '@varve/bus';
import { MongoPublicationStore } from '@varve/bus/mongodb';
import { publicationFileOf, SqlitePublicationStore } from '@varve/bus/sqlite';
import { CommitFencedError, type EventStore } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { until } from '../../../../test/support/until.ts';
import { linesBus } from './support/lines-bus.ts';
import { say } from '../../../../test/support/say.ts';

interface Orders {
  readonly name: string;
  /** Where the log is, with what is published of it beside it. */
  readonly place: { readonly file: string } | { readonly uri: string; readonly database: string };
  /** How many commands it handles, three at a time. */
  readonly commands: number;
  /** Dies at this step, counted from 1 when the first command comes. Does not die without it. */
  readonly dieAt?: number;
  readonly relays: boolean;
}

const { name, place, commands, dieAt, relays } = JSON.parse(process.argv[2] ?? '') as Orders;
let steps = Number.NEGATIVE_INFINITY;

function step(): void {
  steps += 1;
  if (steps === dieAt) process.kill(process.pid, 'SIGKILL');
}

const log = await ('file' in place ? SqliteEventStore.open(place) : MongoEventStore.connect(place));
const store: PublicationStore & { close(): Promise<void> } = await ('file' in place
  ? SqlitePublicationStore.open({ file: publicationFileOf(place.file) })
  : MongoPublicationStore.connect(place));
const bus = linesBus(step, () => undefined);
const categories = { order: 'two-phase', customer: 'relay' } as const;
const shared = { bus, log: stepping(log), store, categories };
const publisher = new TwoPhasePublisher({ ...shared, fenceAfter: 1_000 });
const orders = twoPhaseEventStore(shared.log, publisher);
const relay = new Relay({ ...shared, owner: name, sweepAfter: 300, leaseDuration: 400 });

await publisher.start();
if (relays) relay.start();
steps = 0;
let next = 0;
await Promise.all([1, 2, 3].map(handleCommands));
await publisher.flush();
say({ handled: commands });
await untilPublished();
say({ steps });
await relay.stop();
await orders.close();
await store.close();
process.stdin.destroy();

async function handleCommands(): Promise<void> {
  while (next < commands) {
    next += 1;
    await handle(`${next % 4 === 0 ? 'customer' : 'order'}-${next % 5}`, `${name}-${next}`);
  }
}

/** A commit that took so long that it was fenced, on a busy machine, was not appended: the command is handled anew. */
async function handle(stream: string, commitId: string): Promise<void> {
  try {
    const events = [{ type: 'changed', data: { commitId } }];
    const result = await orders.append(stream, 'any', events, { commitId });
    if (result.ok) say({ appended: commitId });
  } catch (error) {
    if (!(error instanceof CommitFencedError)) throw error;
    await handle(stream, `${commitId}-again`);
  }
}

async function untilPublished(): Promise<void> {
  if (!relays) return;
  await until(async () => {
    const { position, unconfirmed, state } = relay.status();
    return state !== 'standby' && unconfirmed === 0 && position === (await log.head());
  });
}

/** A step before each append, and one before its answer. */
function stepping(inner: EventStore): EventStore {
  return new Proxy(inner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (key !== 'append') return call;
      return async (...args: unknown[]) => {
        step();
        const answer = await call(...args);
        step();
        return answer;
      };
    },
  });
}
