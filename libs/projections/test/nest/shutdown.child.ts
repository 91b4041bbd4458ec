// An app with a projection under load, stopped by signals: shutdown.child.ts FOLDER normal|failing-close|hanging
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { defineEvent, type EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { defineProjection } from '@varve/projections';
import {
  getProjectorToken,
  getReadModelsToken,
  ProjectionsModule,
  type ProjectorHost,
} from '@varve/projections/nest';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { say } from '../../../../test/support/say.ts';

const [folder = '', mode = 'normal'] = process.argv.slice(2);

const counts = defineProjection<SqliteTransaction>({
  name: 'counts',
  version: 1,
  order: 'stream',
  setup: (tx) => tx.exec('CREATE TABLE {counts} (stream TEXT PRIMARY KEY, n INTEGER NOT NULL)'),
  on: {
    'order.placed': ({ stream }, tx) => {
      tx.run('INSERT INTO {counts} VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1', stream);
      if (mode !== 'hanging') return;
      say({ hanging: true });
      return new Promise(() => undefined);
    },
  },
});

async function openReadModels(): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file: join(folder, 'read-models.db') });
  const { close } = readModels;
  readModels.close = async () => {
    say({ closing: true });
    await close.call(readModels);
    if (mode === 'failing-close') throw new Error('the disk is gone');
  };
  return readModels;
}

let release: () => void = () => undefined;
const released = new Promise<void>((resolve) => (release = resolve));
process.stdin.on('data', () => release());

class AppModule {
  onApplicationShutdown(): void {
    say({ drained: true });
  }
}

const app = await NestFactory.create(
  {
    module: AppModule,
    imports: [
      EventStoreModule.forRoot({
        sqlite: { file: join(folder, 'log.db') },
        events: [defineEvent('order.placed')],
      }),
      ProjectionsModule.forRoot({
        readModels: openReadModels,
        leaseDuration: 60_000,
        ...(mode === 'hanging' && { shutdownTimeout: 300 }),
      }),
      ProjectionsModule.forFeature([counts]),
    ],
  },
  new ExpressAdapter(),
  { logger: ['error', 'fatal'] },
);
app.enableShutdownHooks([], { useProcessExit: true });
const store = app.get<EventStore>(getEventStoreToken());
const projector = app.get<ProjectorHost>(getProjectorToken());
const readModels = app.get<SqliteReadModels>(getReadModelsToken());

interface Response {
  json(body: unknown): void;
}

const rows = () =>
  readModels.query('counts', (query) => query.all<{ n: number }>('SELECT n FROM {counts} ORDER BY stream'));
const leases = async () => (await readModels.listVersions()).map(({ lease }) => lease.owner ?? null);

app.getHttpAdapter().get('/held', async (_request: unknown, response: Response) => {
  say({ held: true });
  await released;
  response.json({ rows: await rows(), leases: await leases() });
});

await app.listen(0, '127.0.0.1');
const written = await store.append('order-1', 'no-stream', [{ type: 'order.placed', data: {} }]);
if (mode !== 'hanging') await projector.waitFor(written.ok ? written.commit.position : 0, 'counts');
say({ url: await app.getUrl(), leases: await leases() });
