// An app that publishes in two phases, stopped by signals: shutdown.child.ts FOLDER express|fastify normal|failing-close|hanging
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import {
  BusModule,
  getBusHostToken,
  getMessageBusToken,
  OnMessage,
  Subscriber,
  type BusHost,
} from '@varve/bus/nest';
import type { EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { say } from '../../../../test/support/say.ts';

const [folder = '', platform = 'express', mode = 'normal'] = process.argv.slice(2);

const waiting = new Map<string, () => void>();
process.stdin.on('data', (data: Buffer) => {
  for (const word of data.toString().split('\n').filter(Boolean)) waiting.get(JSON.parse(word) as string)?.();
});
const told = (word: string): Promise<void> => new Promise((resolve) => waiting.set(word, resolve));

const broker = new MemoryBroker();

function openBus(): MemoryMessageBus {
  const bus = new MemoryMessageBus({ broker });
  const { close } = bus;
  bus.close = async () => {
    await close.call(bus);
    say({ closed: { undecided: broker.halfMessages.open } });
    if (mode === 'failing-close') throw new Error('the connection is stuck');
  };
  return bus;
}

class Slow {
  async handle(): Promise<void> {
    const finish = told('finish');
    say({ handling: true });
    await finish;
    say({ handled: true });
  }
}
Subscriber({ group: 'slow', topics: ['work'] })(Slow);
const handle = Object.getOwnPropertyDescriptor(Slow.prototype, 'handle') as TypedPropertyDescriptor<
  () => unknown
>;
OnMessage()(Slow.prototype, 'handle', handle);

class AppModule {
  beforeApplicationShutdown(): void {
    say({ stopping: true });
  }
  onApplicationShutdown(): void {
    say({ drained: true });
  }
}

const app = await NestFactory.create(
  {
    module: AppModule,
    imports: [
      BusModule.forRoot({
        bus: openBus,
        ...(mode === 'hanging' && { shutdownTimeout: 300 }),
        publication: { categories: { order: 'two-phase' }, leaseDuration: 60_000 },
      }),
      EventStoreModule.forRoot({ sqlite: { file: join(folder, 'log.db') } }),
      BusModule.forFeature([Slow]),
    ],
  },
  platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(),
  { logger: ['error', 'fatal'] },
);
app.enableShutdownHooks([], { useProcessExit: true });
const store = app.get<EventStore>(getEventStoreToken());
const host = app.get<BusHost>(getBusHostToken());

interface Response {
  json?(body: unknown): void;
  send(body: unknown): void;
}

app.getHttpAdapter().get('/held', async (_request: unknown, response: Response) => {
  const release = told('release');
  say({ held: true });
  await release;
  const result = await store.append('order-1', 'no-stream', [{ type: 'order.placed', data: {} }]);
  response.send({ ok: result.ok, subscriber: host.subscribers[0]?.state });
});

await app.listen(0, '127.0.0.1');
await app
  .get<MemoryMessageBus>(getMessageBusToken())
  .publish([
    { topic: 'work', key: '1', event: { specversion: '1.0', id: '1', source: 'urn:test', type: 'work' } },
  ]);
say({ url: await app.getUrl() });
