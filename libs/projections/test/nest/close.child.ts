// Runs a projector in an app, closes the app, and has to end by itself: close.child.ts FOLDER
import { NestFactory } from '@nestjs/core';
import { defineEvent, type EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { defineProjection, defineReactor } from '@varve/projections';
import { getProjectorToken, ProjectionsModule, type ProjectorHost } from '@varve/projections/nest';
import { join } from 'node:path';
import { say } from '../../../../test/support/say.ts';

const [folder = ''] = process.argv.slice(2);
const nothing = (): void => undefined;
const app = await NestFactory.create(
  {
    module: class AppModule {},
    imports: [
      EventStoreModule.forRoot({
        sqlite: { file: join(folder, 'log.db') },
        events: [defineEvent('order.placed')],
      }),
      ProjectionsModule.forRoot({ sqlite: { file: join(folder, 'read-models.db') } }),
      ProjectionsModule.forFeature([
        defineProjection<never>({
          name: 'one',
          version: 1,
          order: 'stream',
          on: { 'order.placed': nothing },
        }),
        defineReactor({ name: 'two', on: { 'order.placed': nothing } }),
      ]),
    ],
  },
  { logger: ['error'] },
);
await app.listen(0, '127.0.0.1');
const projector = app.get<ProjectorHost>(getProjectorToken());
const store = app.get<EventStore>(getEventStoreToken());
await projector.waitFor(0, 'one');
await store.append('order-1', 'no-stream', [{ type: 'order.placed', data: {} }]);
await projector.waitFor(1, 'one');
await app.close();
say({ closed: true });
