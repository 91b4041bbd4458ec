import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MemoryBroker } from '@varve/bus/memory';
import { BusModule } from '@varve/bus/nest';
import { defineEvent, type EventStore } from '@varve/eventstore';
import { Aggregate, AggregateRoot, EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { varve } from './command.js';
import { withLog } from './shop.js';

const held = defineEvent('room.held');

/** An app that writes by deciders: no class and no option names its categories. */
function hotel() {
  const broker = new MemoryBroker({ createTopics: false });
  @Module({
    imports: [
      EventStoreModule.forRoot({ sqlite: { file: join(temporaryFolder(), 'log.db') }, events: [held] }),
      BusModule.forRoot({ memory: { broker }, publication: { categories: { audit: 'none' } } }),
    ],
  })
  class AppModule {}
  return () => Promise.resolve(AppModule);
}

test('A category that only the log names has its topic: doctor misses it, bus setup makes it, and the relay goes on', async () => {
  const app = hotel();
  expect((await varve('bus setup', { app })).out).toContain('nothing to set up');
  const running = await NestFactory.createApplicationContext(await app(), { logger: false });
  try {
    const log = running.get<EventStore>(getEventStoreToken());
    for (const stream of ['audit-1', 'room', 'room-1', 'room-2', 'room.s-1', 'rooms', 'rooms-1'])
      await log.append(stream, 'no-stream', [held.create({})]);
    await until(async () => (await varve('publication status', { app })).out.includes('broker-refused'), {
      what: 'a relay that is refused',
    });
    const ill = await varve('doctor', { app });
    expect([ill.code, ill.out]).toEqual([3, expect.stringMatching(/✗ bus default, topic room: is missing/)]);
    expect(ill.out).toMatch(
      /✗ publication on default: at position \d of 7, and it cannot go on: broker-refused: .*varve bus setup/,
    );
    expect((await varve('bus setup', { app })).out).toBe(
      'default (in process)\n  created topic room\n  created topic room-2es\n  created topic rooms',
    );
    await until(async () => (await varve('doctor', { app })).out.includes('at position 7 of 7'), {
      what: 'a relay that goes on',
    });
  } finally {
    await running.close();
  }
});

test('A category of the publication that neither an aggregate nor the log has is a warning, once the log has something', async () => {
  @Aggregate({ category: 'guest' })
  class Guest extends AggregateRoot {}
  const file = join(temporaryFolder(), 'log.db');
  const categories = { romo: 'two-phase', room: 'two-phase', guest: 'two-phase', rooms: 'relay' } as const;
  @Module({
    imports: [
      EventStoreModule.forRoot({ sqlite: { file }, events: [held] }),
      EventStoreModule.forFeature([Guest]),
      BusModule.forRoot({ memory: {}, publication: { categories } }),
    ],
  })
  class AppModule {}
  const app = () => Promise.resolve(AppModule);
  expect((await varve('doctor', { app })).out).not.toContain('spelled');
  await withLog(file, (log) => log.append('room-1', 'no-stream', [held.create({})]));
  const { code, out } = await varve('doctor', { app });
  expect(out.match(/.*spelled/g)).toEqual([
    '! publication on default: no stream of the log has its category "romo": is it spelled',
  ]);
  expect(code).toBe(0);
});
