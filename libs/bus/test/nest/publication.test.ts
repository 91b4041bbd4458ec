import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Message } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { BusHealthIndicator, BusModule } from '@varve/bus/nest';
import { InMemoryPublicationStore } from '@varve/bus/testing';
import { getEventStoreToken } from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import {
  TWO_PHASE,
  logIn,
  orders,
  shop,
  repositoryOf,
  listen,
  subscribe,
  commits,
  hostOf,
  placeAndPay,
} from './publishing-shop.js';
import { logOf, placed, start, type Imports } from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('by the relay', () => {
  test('everything that aggregates append comes to the bus, in order and with its position', async () => {
    const { app, seen, repository } = await shop({});
    await placeAndPay(repository, '1');
    await logOf(app).append('customer-1', 'any', [placed('1', 1)]);
    await until(() => seen.length === 2, { what: 'the messages' });
    expect(commits(seen)).toEqual([
      ['order-1', 1, 1, ['order.placed']],
      ['order-1', 2, 2, ['order.paid']],
    ]);
  });

  test('its place is kept in a file beside the log, so that another start goes on', async () => {
    const folder = temporaryFolder();
    const broker = new MemoryBroker();
    const imports = () => [
      logIn(folder),
      orders(),
      BusModule.forRoot({ memory: { broker }, publication: {} }),
    ];
    const seen = await listen(broker);
    const first = await start(...imports());
    await placeAndPay(repositoryOf(first), '1');
    await until(() => seen.length === 2, { what: 'the messages' });
    await first.close();
    const second = await start(...imports());
    await placeAndPay(repositoryOf(second), '2');
    await until(() => seen.length === 4, { what: 'the others' });
    expect(commits(seen).map(([, , position]) => position)).toEqual([1, 2, 3, 4]);
  });

  test('that is not started can be stepped by a test', async () => {
    const { seen, repository, host } = await shop({}, { start: false });
    await placeAndPay(repository, '1');
    expect(host.publication.status()?.relay.state).toBe('idle');
    await host.publication.relay?.runUntilCaughtUp();
    await until(() => seen.length === 2, { what: 'the messages' });
  });

  test('goes red while the broker is down, loses nothing, and goes green by itself', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const broker = new MemoryBroker();
    broker.goDown();
    const { app, host, repository } = await shop({}, { broker });
    await placeAndPay(repository, '1');
    const health = app.get(BusHealthIndicator);
    await until(async () => (await health.check('bus'))['bus']?.status === 'down', { what: 'red health' });
    expect(await health.check('bus')).toMatchObject({
      bus: { code: 'broker-unavailable', bus: 'in process' },
    });
    broker.comeBack();
    const seen: Message[] = [];
    await subscribe(new MemoryMessageBus({ broker }), seen);
    await until(() => seen.length === 2, { what: 'the messages' });
    await until(async () => (await health.check('bus'))['bus']?.status === 'up', { what: 'green health' });
    await until(() => host.publication.status()?.relay.state === 'caught-up', { what: 'the checkpoint' });
    expect(await health.check('bus')).toMatchObject({
      bus: { publication: { relay: 'caught-up', behind: 0 } },
    });
  });

  test('that is refused is red and tries again, until somebody creates the topic', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const broker = new MemoryBroker({ createTopics: false });
    const folder = temporaryFolder();
    const app = await start(
      logIn(folder),
      orders(),
      BusModule.forRoot({ memory: { broker }, publication: {} }),
    );
    await placeAndPay(repositoryOf(app), '1');
    const health = async () => (await app.get(BusHealthIndicator).check('bus'))['bus'];
    await until(async () => (await health())?.status === 'down', { what: 'red health' });
    expect(await health()).toMatchObject({
      code: 'broker-refused',
      message: expect.stringContaining('varve bus setup') as string,
      publication: { relay: 'unavailable', behind: 2 },
    });
    broker.createTopic({ name: 'order', kind: 'ordered' });
    await until(async () => (await health())?.status === 'up', { what: 'green health' });
    const seen = await listen(broker, 'order');
    await until(() => seen.length === 2, { what: 'the messages' });
  });

  test('that was stopped before this start says how far it is behind', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const folder = temporaryFolder();
    const broker = new MemoryBroker();
    const store = new InMemoryPublicationStore();
    const imports = () => [
      logIn(folder),
      orders(),
      BusModule.forRoot({ memory: { broker }, publication: { store } }),
    ];
    const first = await start(...imports());
    await placeAndPay(repositoryOf(first), '1');
    await until(() => hostOf(first).publication.status()?.relay.position === 2, { what: 'the relay' });
    await store.setState('relay', 'stopped', 'message-rejected: no attribute');
    await placeAndPay(repositoryOf(first), '2');
    await first.close();
    const second = await start(...imports());
    await until(() => hostOf(second).publication.status()?.relay.state === 'stopped', { what: 'the stop' });
    const health = second.get(BusHealthIndicator);
    expect(await health.check('bus')).toMatchObject({
      bus: { status: 'down', message: 'no attribute', publication: { relay: 'stopped', behind: 2 } },
    });
    vi.spyOn(store, 'load').mockRejectedValue(new Error('gone'));
    expect((await health.check('bus'))['bus']?.['publication']).toEqual({ relay: 'stopped' });
  });
});

describe('in two phases', () => {
  test('what aggregates save is on the bus although nothing relays, and of a conflict nothing', async () => {
    const { seen, repository, app } = await shop(TWO_PHASE, { start: false });
    await placeAndPay(repository, '1');
    await until(() => seen.length === 2, { what: 'the messages' });
    expect(commits(seen)).toEqual([
      ['order-1', 1, undefined, ['order.placed']],
      ['order-1', 2, undefined, ['order.paid']],
    ]);
    expect(await logOf(app).append('order-1', 1, [placed('1', 1)])).toMatchObject({ ok: false });
    await app.close();
    expect(seen).toHaveLength(2);
  });

  test('the store keeps its snapshots, verification and health, and aggregates load', async () => {
    const saved = vi.spyOn(SqliteEventStore.prototype, 'saveSnapshot');
    const { app, repository } = await shop(TWO_PHASE);
    await placeAndPay(repository, '1');
    await repository.idle();
    expect(await repository.load('1')).toMatchObject({ cents: 100, isPaid: true });
    const store = app.get<SqliteEventStore>(getEventStoreToken());
    expect(saved).toHaveBeenCalledWith('order-1', expect.objectContaining({ version: 2 }));
    expect(await store.verify()).toMatchObject({ commits: 2, problems: [] });
    expect(await app.get(BusHealthIndicator).check('bus')).toMatchObject({
      bus: { status: 'up', publication: { twoPhase: { prepared: 0 } } },
    });
  });

  test('categories that are not named go by the relay, and the topics say which is which', async () => {
    const { app, host, broker } = await shop(TWO_PHASE, { topics: { topics: { customer: 'people' } } });
    const people = await listen(broker, 'people');
    await logOf(app).append('customer-1', 'any', [placed('1', 1)]);
    await until(() => people.length === 1, { what: 'the message' });
    expect(host.topology.topics).toEqual([
      { name: 'order', kind: 'transactional' },
      { name: 'people', kind: 'ordered' },
    ]);
  });

  test('the broker’s questions are answered from the log once the app has started', async () => {
    const transactions = { timeout: 20, checkInterval: 20 };
    const broker = new MemoryBroker({ transactions });
    const { seen, app } = await shop(TWO_PHASE, { broker });
    const appended = await logOf(app).append('order-1', 'no-stream', [placed('1', 1)], { commitId: 'c-1' });
    await until(() => seen.length === 1, { what: 'the message' });
    const orphan = seen[0]!;
    const elsewhere = new MemoryMessageBus({ broker });
    afterTest(() => elsewhere.close());
    await elsewhere.prepare(orphan);
    await until(() => seen.length === 2, { what: 'the commit of the half message that nobody decided' });
    expect(appended.ok).toBe(true);
  });

  test('a broker that is down at the start keeps no command from its append; the sweep brings it', async () => {
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const broker = new MemoryBroker();
    broker.goDown();
    const { repository } = await shop({ ...TWO_PHASE, sweepAfter: 20 }, { broker });
    await placeAndPay(repository, '1');
    const told = warnings.mock.calls.filter(([text]) => String(text).includes('published by the sweep'));
    expect(told).toHaveLength(1);
    broker.comeBack();
    const seen: Message[] = [];
    await subscribe(new MemoryMessageBus({ broker }), seen);
    await until(() => new Set(seen.map(({ event }) => event.id)).size === 2, { what: 'the messages' });
  });

  test('or is refused, by option', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const broker = new MemoryBroker();
    broker.goDown();
    const { repository, app } = await shop({ ...TWO_PHASE, whenUnreachable: 'refuse' }, { broker });
    const order = repository.create('1');
    order.place(100);
    await expect(order.commit()).rejects.toMatchObject({ code: 'broker-unavailable' });
    expect(await logOf(app).head()).toBe(0);
  });

  test('a store that a test has replaced is left alone, and that is said', async () => {
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const folder = temporaryFolder();
    const broker = new MemoryBroker();
    const publication = { ...TWO_PHASE, store: { sqlite: { file: ':memory:' } } } as const;
    const imports: Imports = [
      logIn(folder),
      orders(),
      BusModule.forRoot({ memory: { broker }, publication, start: false }),
    ];
    const store = new InMemoryEventStore();
    const testing = Test.createTestingModule({ imports }).overrideProvider(getEventStoreToken());
    const app = (await testing.useValue(store).compile()).createNestApplication({ logger: false });
    afterTest(() => app.close());
    await app.init();
    expect(app.get(getEventStoreToken())).toBe(store);
    expect(warnings.mock.calls.join()).toContain('by the sweep, some seconds later');
  });
});
