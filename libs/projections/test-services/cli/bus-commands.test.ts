import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BusModule, OnMessage, Subscriber, type BusModuleOptions } from '@varve/bus/nest';
import { defineEvent, type EventStore, type RecordedEvent } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { describe, expect, test } from 'vitest';
import { sharedKafka, sharedRocketMq, uniqueName } from '../../../../test/services/index.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { varve } from '../../test/cli/command.js';

const orderPlaced = defineEvent<{ id: string }>('order.placed');

const brokers: Readonly<Record<string, () => Promise<BusModuleOptions>>> = {
  RocketMQ: async () => {
    const { endpoints, adminAddress } = await sharedRocketMq();
    return {
      rocketmq: { endpoints, adminAddress, pollDuration: 1_000 },
      publication: { categories: { order: 'two-phase' } },
    };
  },
  Kafka: async () => {
    const { brokers: addresses } = await sharedKafka();
    return {
      kafka: { brokers: addresses.split(','), sessionTimeout: 3_000 },
      publication: { categories: { order: 'relay' } },
    };
  },
};

/** What an app hears, and what it does not understand until it is told. */
class Heard {
  readonly ids: string[] = [];
  isWise = false;

  hear({ data }: RecordedEvent<{ id: string }>): void {
    if (data.id === 'riddle' && !this.isWise)
      throw Object.assign(new Error('a riddle'), { code: 'riddle', retryable: false });
    this.ids.push(data.id);
  }
}

/** A shop of its own on a broker that others use, too. */
async function shopOn(broker: string) {
  const [prefix, group] = [`${uniqueName('shop')}-`, uniqueName('mailing')];
  const options = await brokers[broker]!();
  const file = join(temporaryFolder(), 'log.db');
  const heard = new Heard();

  @Subscriber({ group, categories: ['order'] })
  class Mailing {
    @OnMessage(orderPlaced)
    placed(event: RecordedEvent<{ id: string }>): void {
      heard.hear(event);
    }
  }
  @Module({
    imports: [
      EventStoreModule.forRoot({ sqlite: { file }, events: [orderPlaced] }),
      BusModule.forRoot({ ...options, topics: { prefix } }),
      BusModule.forFeature([Mailing]),
    ],
  })
  class AppModule {}
  const app = (): Promise<Type> => Promise.resolve(AppModule);
  return { app, heard, group, topic: `${prefix}order`, run: (words: string) => varve(words, { app }) };
}

async function placing(
  app: () => Promise<Type>,
  ids: readonly string[],
  until_: () => Promise<unknown>,
): Promise<void> {
  const running = await NestFactory.createApplicationContext(await app(), { logger: false });
  try {
    const store = running.get<EventStore>(getEventStoreToken());
    for (const id of ids) await store.append(`order-${id}`, 'no-stream', [orderPlaced.create({ id })]);
    await until_();
  } finally {
    await running.close();
  }
}

describe.each(Object.keys(brokers))('on %s', (broker) => {
  test('the command sets up what the app needs, says what is missing, and looks after what was given up on', async () => {
    const { app, heard, group, topic, run } = await shopOn(broker);

    const before = await run('doctor');
    expect([before.code, before.out]).toEqual([3, expect.stringContaining(`topic ${topic}`)]);
    const setUp = await run('bus setup');
    expect([setUp.code, setUp.err]).toEqual([0, '']);
    expect(setUp.out).toContain(topic);
    expect(await run('bus setup --json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"created":[]') as string,
    });
    // Others use the broker, too, and leave behind what doctor says as well.
    const own = (out: string) =>
      out
        .split('\n')
        .filter((line) => line.startsWith('✗') && [topic, group].some((name) => line.includes(name)));
    const healthy = await until(
      async () => {
        const { out } = await run('doctor');
        return own(out).length === 0 && out;
      },
      { timeout: 60_000, what: 'the broker to know its new topic' },
    );
    expect(healthy).toContain('✓ bus default');

    await placing(app, ['1', 'riddle', '2'], async () => {
      await until(() => heard.ids.length === 2, { timeout: 60_000, what: 'what is understood' });
      await until(async () => (await run(`dead-letters list ${group}`)).out.includes('order-riddle'), {
        timeout: 60_000,
        what: 'the dead letter',
      });
    });
    expect([...heard.ids].sort()).toEqual(['1', '2']);

    const letter = await until(
      async () => (JSON.parse((await run(`dead-letters list ${group} --json`)).out) as { id: string }[])[0],
      { timeout: 60_000, what: 'the dead letter, once whoever listed it has given it back' },
    );
    expect(letter).toMatchObject({ topic, key: 'order-riddle' });
    expect(await run(`dead-letters show ${group} ${letter.id}`)).toMatchObject({
      err: '',
      out: expect.stringContaining('order.placed') as string,
    });
    await until(async () => (await run('doctor')).out.includes(`! group ${group}: 1 dead letters`), {
      timeout: 60_000,
      what: 'doctor to count it, once whoever listed it has given it back',
    });

    heard.isWise = true;
    await placing(app, [], async () => {
      expect(await run(`dead-letters retry ${group} ${letter.id}`)).toMatchObject({ code: 0, err: '' });
      await until(() => heard.ids.includes('riddle'), { timeout: 60_000, what: 'the riddle again' });
      await until(async () => (await run('publication status --json')).out.includes('"behind":0'), {
        timeout: 60_000,
        what: 'the relay',
      });
    });
    expect((await run(`dead-letters list ${group}`)).out).toContain('no dead letters');
  });
});
