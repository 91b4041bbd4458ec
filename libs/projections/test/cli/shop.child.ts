// The command line of an app: shop.child.ts FOLDER [varve's arguments]. SHOP says what the app is like, as JSON.
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Logger, Module } from '@nestjs/common';
import { defineEvent } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { defineProjection, defineReactor } from '@varve/projections';
import { runVarveCli } from '@varve/projections/cli';
import { ProjectionsModule } from '@varve/projections/nest';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { NestFactory } from '@nestjs/core';
import { say } from '../../../../test/support/say.ts';

interface Shop {
  /** What the rows of `totals` are multiplied by: other rows than those of the release before. */
  readonly times?: number;
  readonly version?: number;
  /** Milliseconds that each event takes, so that a rebuild can be interrupted. */
  readonly slow?: number;
  /** Streams that cannot be applied, unless a file `mended` is there. */
  readonly broken?: string;
  /** Runs as a projector, until it is told to stop, instead of as a command. */
  readonly run?: boolean;
}

const [folder = '', ...words] = process.argv.slice(2);
const {
  times = 1,
  version = 1,
  slow = 0,
  broken,
  run,
}: Shop = JSON.parse(process.env['SHOP'] ?? '{}') as Shop;

const totals = defineProjection<SqliteTransaction>({
  name: 'totals',
  version,
  order: 'stream',
  failurePolicy: { retries: 0, then: 'park' },
  setup: (tx) => tx.exec('CREATE TABLE {totals} (id TEXT PRIMARY KEY, cents INTEGER NOT NULL) STRICT'),
  on: {
    'order.charged': async ({ stream, data }, tx) => {
      if (stream === broken && !existsSync(join(folder, 'mended'))) throw new Error('out of\nink \u001b[31m');
      if (slow > 0) await new Promise((resolve) => setTimeout(resolve, slow));
      const { cents } = data as { cents: number };
      tx.run(
        'INSERT INTO {totals} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET cents = cents + excluded.cents',
        stream,
        cents * times,
      );
    },
  },
});

const mail = defineReactor({
  name: 'mail',
  startFrom: 'beginning',
  on: { 'order.charged': ({ stream }) => appendFileSync(join(folder, 'mail.txt'), `${stream}\n`) },
});

class AppModule {
  onModuleInit(): void {
    new Logger('Shop').warn('a warning of the app');
  }
}
Module({
  imports: [
    EventStoreModule.forRoot({
      sqlite: { file: join(folder, 'log.db') },
      events: [defineEvent('order.charged')],
    }),
    ProjectionsModule.forRoot({ sqlite: { file: join(folder, 'read-models.db') }, leaseDuration: 300 }),
    ProjectionsModule.forFeature([totals, mail]),
  ],
})(AppModule);

if (run) {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  app.enableShutdownHooks([], { useProcessExit: true });
  say('running');
} else {
  await runVarveCli(() => Promise.resolve(AppModule), { arguments: words });
}
