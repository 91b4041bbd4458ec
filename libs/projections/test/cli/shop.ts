import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { defineEvent, type EventStore } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { defineProjection, defineReactor, Projector } from '@varve/projections';
import type { LoadApp } from '@varve/projections/cli';
import { ProjectionsModule } from '@varve/projections/nest';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

export interface ShopOptions {
  readonly times?: number;
  readonly version?: number;
  /** A stream that cannot be applied, or several. */
  readonly broken?: string | readonly string[];
  readonly then?: 'stop' | 'park';
  readonly categories?: readonly string[];
  /** Of the app. */
  readonly leaseDuration?: number;
}

export const charged = (cents: number) => ({ type: 'order.charged', data: { cents } });

export function totals({ times = 1, version = 1, broken, then = 'park', categories }: ShopOptions = {}) {
  return defineProjection<SqliteTransaction>({
    name: 'totals',
    version,
    order: 'stream',
    ...(categories && { categories }),
    failurePolicy: { retries: 0, then },
    setup: (tx) => tx.exec('CREATE TABLE {totals} (id TEXT PRIMARY KEY, cents INTEGER NOT NULL) STRICT'),
    on: {
      'order.charged': ({ stream, data }, tx) => {
        if ([broken].flat().includes(stream)) throw new Error('out of ink');
        tx.run(
          'INSERT INTO {totals} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET cents = cents + excluded.cents',
          stream,
          (data as { cents: number }).cents * times,
        );
      },
    },
  });
}

/** Every event that the reactor has seen, by its stream. */
export function mailTo(seen: string[]) {
  return defineReactor({
    name: 'mail',
    startFrom: 'beginning',
    on: { 'order.charged': ({ stream }) => void seen.push(stream) },
  });
}

export interface Files {
  readonly log: string;
  readonly readModels: string;
}

export function filesIn(folder = temporaryFolder()): Files {
  return { log: join(folder, 'log.db'), readModels: join(folder, 'read-models.db') };
}

export const flags = ({ log, readModels }: Files): string[] => ['--log', log, '--read-models', readModels];

export async function withLog<T>(file: string, work: (log: SqliteEventStore) => Promise<T>): Promise<T> {
  const log = await SqliteEventStore.open({ file });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

export async function withReadModels<T>(
  file: string,
  work: (readModels: SqliteReadModels) => Promise<T>,
): Promise<T> {
  const readModels = await SqliteReadModels.open({ file });
  try {
    return await work(readModels);
  } finally {
    await readModels.close();
  }
}

export async function charge(log: EventStore, ...streams: readonly string[]): Promise<void> {
  for (const stream of streams) await log.append(stream, 'any', [charged(1)]);
}

/** Lets a projector catch up with the files, and stop again. What stops it is left on record. */
export function project(files: Files, options: ShopOptions = {}, seen: string[] = []): Promise<void> {
  return withLog(files.log, (log) =>
    withReadModels(files.readModels, async (readModels) => {
      const projector = new Projector({
        log,
        readModels,
        projections: [totals(options)],
        reactors: [mailTo(seen)],
      });
      await projector.runUntilCaughtUp().catch(() => undefined);
    }),
  );
}

/** Files in which order-1 and order-2 were charged, and projected. */
export async function shopFiles(options: ShopOptions = {}): Promise<Files> {
  const files = filesIn();
  await withLog(files.log, (log) => charge(log, 'order-1', 'order-2', 'order-1'));
  await project(files, options);
  return files;
}

/** The same shop as an app. */
export function shopApp(files: Files, options: ShopOptions = {}, seen: string[] = []): LoadApp {
  @Module({
    imports: [
      EventStoreModule.forRoot({ sqlite: { file: files.log }, events: [defineEvent('order.charged')] }),
      ProjectionsModule.forRoot({
        sqlite: { file: files.readModels },
        ...(options.leaseDuration !== undefined && { leaseDuration: options.leaseDuration }),
      }),
      ProjectionsModule.forFeature([totals(options), mailTo(seen)]),
    ],
  })
  class AppModule {}
  return () => Promise.resolve(AppModule);
}
