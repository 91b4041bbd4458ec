import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { InstanceReport } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { BusModule } from '@varve/bus/nest';
import { publicationFileOf, SqlitePublicationStore } from '@varve/bus/sqlite';
import { defineEvent, type EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { ProjectionsModule } from '@varve/projections/nest';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { appOf, shop, busOn } from './bus-shop.js';
import { varve } from './command.js';
import { charge, totals, withLog } from './shop.js';

interface StatusJson {
  readonly instances: readonly (InstanceReport & Required<Pick<InstanceReport, 'twoPhase'>>)[];
}

describe('bus setup and doctor', () => {
  test('the topics and groups that the app needs are created once, and doctor says what is missing', async () => {
    const { app } = shop({ createTopics: false });
    const before = await varve('doctor', { app });
    expect([before.code, before.out]).toEqual([
      3,
      expect.stringMatching(/✗ bus default, topic order: is missing\n.*varve bus setup/),
    ]);
    expect(before.out).toContain('✗ bus default, group mail: is missing');
    const first = await varve('bus setup', { app });
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toBe('default (in process)\n  created topic order\n  created group mail');
    const again = await varve('bus setup --json', { app });
    expect(JSON.parse(again.out)).toEqual([
      { bus: 'default', created: [], existing: ['topic order', 'group mail'], commands: [] },
    ]);
    const after = await varve('doctor', { app });
    expect([after.code, after.out]).toEqual([0, expect.stringContaining('✓ bus default: in process')]);
    expect(after.out).toContain('✓ publication on default: at position 0 of 0');
  });

  test('a bus within the process, which makes what is used, lacks nothing', async () => {
    const { app } = shop();
    expect(await varve('doctor', { app })).toMatchObject({ code: 0 });
  });

  test('the group of a projection that is fed by the bus belongs to it', async () => {
    const [broker, folder] = [new MemoryBroker({ createTopics: false }), temporaryFolder()];
    @Module({
      imports: [
        EventStoreModule.forRoot({
          sqlite: { file: join(folder, 'log.db') },
          events: [defineEvent('order.charged')],
        }),
        BusModule.forRoot({ memory: { broker }, publication: { categories: { order: 'relay' } } }),
        ProjectionsModule.forRoot({
          sqlite: { file: join(folder, 'read-models.db') },
          bus: true,
          feed: { topics: ['order'] },
        }),
        ProjectionsModule.forFeature([totals()]),
      ],
    })
    class AppModule {}
    const app = () => Promise.resolve(AppModule);
    expect((await varve('doctor', { app })).out).toContain(
      '✗ bus default, group varve-default-totals: is missing',
    );
    expect((await varve('bus setup', { app })).out).toContain('created group varve-default-totals');
    expect((await varve('doctor', { app })).code).toBe(0);
  });

  test('a topic of the wrong kind is a problem that names the topic', async () => {
    const { app, broker } = shop({ createTopics: false });
    await busOn(broker).setup({ topics: [{ name: 'order', kind: 'ordered' }], groups: [] });
    const { code, out } = await varve('doctor', { app });
    expect([code, out]).toEqual([
      3,
      expect.stringContaining('✗ bus default, topic order: is ordered, not transactional'),
    ]);
  });

  test('a broker that is down is a problem, and hides nothing else', async () => {
    const { app, broker } = shop();
    broker.goDown();
    const { code, out } = await varve('doctor', { app });
    expect([code, out]).toEqual([
      3,
      expect.stringMatching(/✓ log: .*\n✓ durability: .*\n✗ bus default: The in-process broker is down/),
    ]);
  });

  test('what a client cannot do is printed for a person, and is not done: 3', async () => {
    class Strict extends MemoryMessageBus {
      override setup() {
        const commands = ['mqadmin updateTopic -t order -a +message.type=TRANSACTION'];
        return Promise.resolve({ created: [], existing: [], commands });
      }
    }
    @Module({ imports: [BusModule.forRoot({ bus: () => new Strict() })] })
    class AppModule {}
    const { code, out } = await varve('bus setup', { app: () => Promise.resolve(AppModule) });
    expect([code, out]).toEqual([
      3,
      expect.stringMatching(/to be run by you.*\n {4}mqadmin updateTopic -t order/),
    ]);
  });
});

describe('publication', () => {
  test('status says how far the log has come, and what waits', async () => {
    const { app, log } = shop();
    await withLog(log, (store) => charge(store, 'order-1', 'order-2'));
    const { code, out } = await varve('publication status', { app });
    expect(code).toBe(0);
    expect(out).toMatch(
      /^BUS +RELAY +POSITION +HEAD +BEHIND +CONFIRMED AHEAD +OLDEST +WHICH IS\ndefault +never started +0 +2 +2 +0 +\d+ s ago +order-1 at 1\n\nNo instance that publishes is running\.$/,
    );
    const [json] = JSON.parse((await varve('publication status --json', { app })).out) as object[];
    expect(json).toMatchObject({
      bus: 'default',
      position: 0,
      head: 2,
      behind: 2,
      oldest: { stream: 'order-1' },
    });
    expect((await varve('doctor', { app })).out).toContain(
      '! publication on default: 2 commits behind, and nobody relays them',
    );
  });

  test('status says what each instance has under way, however it ended, and sums up those that run', async () => {
    const { app, broker, log } = shop();
    const running = await NestFactory.createApplicationContext(await appOf({ broker, log })(), {
      logger: false,
    });
    const store = running.get<EventStore>(getEventStoreToken());
    for (const order of [1, 2, 3]) await charge(store, `order-${order}`);
    broker.goDown();
    await charge(store, 'order-4');
    const killed = await SqlitePublicationStore.open({ file: publicationFileOf(log) });
    await killed.recordInstance(
      { relay: 'relay', logId: store.logId },
      {
        instance: 'elsewhere:1',
        at: new Date(Date.now() - 180_000),
        relay: { state: 'working', relayed: 0, swept: 70, unconfirmed: 5 },
        commitsPerSecond: 400,
      },
    );
    await killed.close();
    const [shown] = await until(
      async () => {
        const all = JSON.parse((await varve('publication status --json', { app })).out) as StatusJson[];
        const here = all[0]?.instances.find(({ instance }) => instance.endsWith(`:${process.pid}`));
        return here?.twoPhase.leftToSweep === 1 && here.lastError ? all : undefined;
      },
      { what: 'the report' },
    );
    expect(shown).toMatchObject({
      total: { instances: 1, prepared: 0, inDoubt: 0, leftToSweep: 1, swept: 0 },
      instances: [
        { instance: 'elsewhere:1', isSilent: true, relay: { swept: 70 } },
        { isSilent: false, twoPhase: { committed: 3 }, lastError: { code: 'broker-unavailable' } },
      ],
    });
    const { out } = await varve('publication status', { app });
    expect(out).toMatch(
      /^INSTANCE +BUS +SAID +RELAY +PREPARED +IN DOUBT +LEFT TO SWEEP +UNCONFIRMED +SWEPT/m,
    );
    expect(out).toMatch(/^elsewhere:1 +default +3 min ago: silent +working +0 +0 +0 +5 +70 +400$/m);
    expect(out).toMatch(new RegExp(`^\\S+:${process.pid} +default +\\d+ s ago +\\S+ +0 +0 +1 `, 'm'));
    expect(out).toMatch(/^total of 1 +0 +0 +1 /m);
    expect(out).toMatch(/: last error, \d+ s ago: broker-unavailable: /);
    broker.comeBack();
    await running.close();
    expect((await varve('publication status', { app })).out).not.toContain(`:${process.pid}`);
  });

  test('is paused and resumed by a person, whichever instance it is on', async () => {
    const { app, broker, log } = shop();
    expect(await varve('publication pause', { app })).toMatchObject({
      code: 1,
      err: 'Publication on default has never begun.',
    });
    const running = await NestFactory.createApplicationContext(await appOf({ broker, log })(), {
      logger: false,
    });
    await until(async () => (await varve('publication status', { app })).out.includes(' by '), {
      what: 'the relay',
    });
    const paused = await varve(['publication', 'pause', '--reason', 'moving house'], { app });
    expect(paused).toMatchObject({ code: 0, out: expect.stringContaining('paused') as string });
    expect((await varve('publication status', { app })).out).toMatch(
      /paused[^]*default: paused: moving house/,
    );
    expect((await varve('doctor', { app })).out).toContain('! publication on default: paused');
    await withLog(log, (store) => charge(store, 'order-1'));
    await varve('publication resume', { app });
    const seen = async () =>
      (
        JSON.parse((await varve('publication status --json', { app })).out) as {
          relay: { owner?: string; state: string };
        }[]
      )[0]?.relay;
    await until(async () => (await seen())?.owner !== undefined, { what: 'the relay to go on' });
    await running.close();
    expect(await seen()).toMatchObject({ state: 'active' });
    expect((await varve('publication status', { app })).out).toContain('nobody');
  });
});

test.each([
  ['dead-letters list', /missing required argument 'group'/],
  ['dead-letters retry mail', /name the dead letters to retry, or say --all/],
  ['dead-letters discard mail', /name the dead letters to discard, or say --all/],
  ['dead-letters retry mail 1 --all', /not both/],
  ['dead-letters list mail --limit no', /'--limit <n>'/],
  ['bus', /Usage: varve bus/],
  ['bus create', /unknown command 'create'/],
])('"varve %s" is a problem of the arguments, and nothing is opened', async (words, message) => {
  const app = () => Promise.reject(new Error('the app was loaded'));
  expect(await varve(words, { app })).toMatchObject({
    code: 2,
    err: expect.stringMatching(message) as string,
  });
});

test.each(['bus setup', 'dead-letters list mail', 'publication status'])(
  'stand-alone, "varve %s" says that it needs an app',
  async (words) => {
    expect(await varve(words)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/through your app/) as string,
    });
  },
);

test('an app without a bus is told so', async () => {
  const { log } = shop();
  await withLog(log, () => Promise.resolve());
  @Module({ imports: [EventStoreModule.forRoot({ sqlite: { file: log } }), BusModule.forRoot({})] })
  class AppModule {}
  const app = () => Promise.resolve(AppModule);
  expect(await varve('bus setup', { app })).toMatchObject({
    code: 1,
    err: expect.stringContaining('no bus') as string,
  });
  expect((await varve('doctor', { app })).code).toBe(0);
});
