// An app under load, driven over HTTP and stopped by signals: shutdown.child.ts FILE normal|failing-close
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { say } from '../../../../test/support/say.ts';

const [file = '', mode = 'normal'] = process.argv.slice(2);

async function openStore(): Promise<EventStore> {
  const store = await SqliteEventStore.open({ file });
  const { close } = store;
  store.close = async () => {
    await close.call(store);
    say({ closed: counts });
    if (mode === 'failing-close') throw new Error('the disk is gone');
  };
  return store;
}

const counts = { begun: 0, answered: 0 };
let release: () => void = () => undefined;
const released = new Promise<void>((resolve) => (release = resolve));
process.stdin.on('data', () => release());

class AppModule {
  beforeApplicationShutdown(): void {
    say({ stopping: true });
  }
}

const app = await NestFactory.create(
  { module: AppModule, imports: [EventStoreModule.forRoot({ store: openStore })] },
  new ExpressAdapter(),
  { logger: ['error'] },
);
app.enableShutdownHooks([], { useProcessExit: process.env['KEEP_SIGNAL'] !== 'yes' });
const store = app.get<EventStore>(getEventStoreToken());

interface Request {
  readonly params: { readonly id: string };
}
interface Response {
  json(body: unknown): void;
}

const appendAndAnswer = async (id: string, response: Response): Promise<void> => {
  const result = await store.append(`order-${id}`, 'no-stream', [{ type: 'order.placed', data: { id } }]);
  counts.answered++;
  response.json(result.ok ? { position: result.commit.position } : result);
};
app.getHttpAdapter().post('/orders/:id', async (request: Request, response: Response) => {
  counts.begun++;
  await appendAndAnswer(request.params.id, response);
});
app.getHttpAdapter().post('/held/:id', async (request: Request, response: Response) => {
  counts.begun++;
  say({ held: true });
  await released;
  await appendAndAnswer(request.params.id, response);
});

await app.listen(0, '127.0.0.1');
say({ url: await app.getUrl() });
