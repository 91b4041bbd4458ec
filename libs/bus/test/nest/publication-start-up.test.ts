import { Logger } from '@nestjs/common';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { BusHealthIndicator, BusModule, type BusModuleOptions } from '@varve/bus/nest';
import { EventStoreModule } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { TWO_PHASE, logIn, orders, repositoryOf, listen, commits, placeAndPay } from './publishing-shop.js';
import { logOf, placed, start } from './shop.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('of two buses', () => {
  test('one may get the log in two phases and the other by the relay', async () => {
    const [one, other] = [new MemoryBroker(), new MemoryBroker()];
    const app = await start(
      logIn(temporaryFolder()),
      BusModule.forRoot({ name: 'old', memory: { broker: other }, publication: {} }),
      BusModule.forRoot({ memory: { broker: one }, publication: TWO_PHASE }),
    );
    const [here, there] = [await listen(one), await listen(other)];
    await logOf(app).append('order-1', 'any', [placed('1', 1)]);
    await until(() => here.length === 1 && there.length === 1, { what: 'both messages' });
    expect(commits(here)).toEqual([['order-1', 1, undefined, ['order.placed']]]);
    expect(commits(there)).toEqual([['order-1', 1, 1, ['order.placed']]]);
  });

  test('only one may be asked before an append, and the other says which to publish by the relay', async () => {
    const both = start(
      logIn(temporaryFolder()),
      BusModule.forRoot({ name: 'old', memory: {}, publication: TWO_PHASE }),
      BusModule.forRoot({ memory: {}, publication: TWO_PHASE }),
    );
    await expect(both).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'publication.categories',
      message: expect.stringMatching(
        /have the same log.*on one bus only\. Of "(default|old)" and "(default|old)" leave one with 'two-phase'.*by the relay on the other/,
      ) as string,
    });
  });

  test('one that cannot know before it is made stands in the place of another, which says to be imported first', async () => {
    const relaying = { memory: {}, publication: {} };
    const later = start(
      logIn(temporaryFolder()),
      BusModule.forRootAsync({ name: 'old', useFactory: () => relaying }),
      BusModule.forRoot({ memory: {}, publication: TWO_PHASE }),
    );
    await expect(later).rejects.toThrow(/Import the BusModule "default" first: a BusModule\.forRootAsync/);
    const app = await start(
      logIn(temporaryFolder()),
      BusModule.forRoot({ memory: {}, publication: TWO_PHASE }),
      BusModule.forRootAsync({ name: 'old', useFactory: () => relaying }),
    );
    expect(logOf(app)).toBeDefined();
  });

  test('each may publish a log of its own', async () => {
    const folder = temporaryFolder();
    const [one, other] = [new MemoryBroker(), new MemoryBroker()];
    const app = await start(
      logIn(folder),
      logIn(folder, 'archive'),
      BusModule.forRoot({ memory: { broker: one }, publication: TWO_PHASE }),
      BusModule.forRoot({ name: 'old', log: 'archive', memory: { broker: other }, publication: TWO_PHASE }),
    );
    const [here, there] = [await listen(one), await listen(other)];
    await logOf(app).append('order-1', 'any', [placed('1', 1)]);
    await logOf(app, 'archive').append('order-2', 'any', [placed('2', 1)]);
    await until(() => here.length === 1 && there.length === 1, { what: 'both messages' });
    expect([commits(here), commits(there)].flat().map(([stream]) => stream)).toEqual(['order-1', 'order-2']);
  });
});

describe('is refused at the start', () => {
  class RelayingBus extends MemoryMessageBus {
    override readonly description: string = 'a bus without half messages';
    override readonly capabilities = { ...new MemoryMessageBus().capabilities, twoPhase: false };
  }

  const withLog = (options: BusModuleOptions) =>
    start(logIn(temporaryFolder()), orders(), BusModule.forRoot(options));

  test.each(['forRoot', 'forRootAsync'])(
    'in two phases on a bus without them, with the way out (%s)',
    async (how) => {
      const options = { bus: new RelayingBus(), publication: TWO_PHASE };
      const module =
        how === 'forRoot'
          ? BusModule.forRoot(options)
          : BusModule.forRootAsync({ useFactory: () => options });
      await expect(start(logIn(temporaryFolder()), module)).rejects.toMatchObject({
        code: 'invalid-options',
        option: 'categories.order',
        message: expect.stringMatching(/"order".*a bus without half messages.*'relay'/) as string,
      });
    },
  );

  test('where one topic would have to be of two kinds', async () => {
    const topics = { topics: { order: 'all', customer: 'all' } };
    await expect(withLog({ memory: {}, topics, publication: TWO_PHASE })).rejects.toThrow(
      /"order" and "customer" share the topic "all"/,
    );
  });

  test('without an event store, and without a place beside one', async () => {
    await expect(start(BusModule.forRoot({ memory: {}, publication: {} }))).rejects.toThrow(
      /no such event store. Import EventStoreModule/,
    );
    const inDatabase = Object.assign(new InMemoryEventStore(), { location: 'db:27017/shop.varve_commits' });
    for (const store of [new InMemoryEventStore(), inDatabase]) {
      const log = EventStoreModule.forRoot({ store: () => store });
      await expect(start(log, BusModule.forRoot({ memory: {}, publication: {} }))).rejects.toMatchObject({
        option: 'publication.store',
      });
    }
  });

  test.each([
    ['publication.sotre', { sotre: {} }],
    ['publication.store', { store: { sqlite: {} } }],
    ['publication.store', { store: { mongodb: { uri: 'mongodb://db' } } }],
    ['publication.store', { store: { sqlite: { file: 'p' }, mongodb: { database: 'shop' } } }],
    ['publication.store', { store: 'file' }],
    ['publication.categories', { categories: 'order' }],
    ['publication.relayId', { relayId: '' }],
  ])('a wrong option, at once: %s', (option, publication) => {
    expect(() => BusModule.forRoot({ memory: {}, publication: publication as object })).toThrow(
      expect.objectContaining({ code: 'invalid-options', option }),
    );
  });

  test.each([
    ['default', { default: 'two-phase' }],
    ['categories.order', { categories: { order: 'twice' } }],
    ['categories.order-1', { categories: { 'order-1': 'relay' } }],
    ['sweepAfter', { sweepAfter: 0 }],
    ['fenceAfter', { ...TWO_PHASE, fenceAfter: -1 }],
  ])('what publication itself refuses: %s', async (option, publication) => {
    await expect(withLog({ memory: {}, publication: publication as object })).rejects.toMatchObject({
      code: 'invalid-options',
      option,
    });
  });
});

test('an app without a bus appends, and says once that nothing leaves the log', async () => {
  const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const app = await start(
    logIn(temporaryFolder()),
    orders(),
    BusModule.forRootAsync({ useFactory: () => ({ publication: TWO_PHASE }) }),
  );
  await placeAndPay(repositoryOf(app), '1');
  expect(warnings.mock.calls).toEqual([
    ['Without a bus commits are in the log and nowhere else. Everything else works without it.'],
  ]);
  expect(await app.get(BusHealthIndicator).check('bus')).toEqual({ bus: { status: 'up', bus: 'none' } });
});
