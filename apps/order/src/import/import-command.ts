import { performance } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { withoutStart } from '@varve/eventstore/nest';
import { AppLogger } from '@varve/http';
import { AppModule } from '../app.module.js';
import { importOrders } from './import-orders.js';
import { ProgressDisplay } from './progress-display.js';
import { readSource } from './read-orders.js';
import { reportText } from './report-text.js';

export interface ImportArguments {
  readonly directory: string;
  readonly concurrency: number;
  /** Only so many orders of the file. */
  readonly first?: number;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Returns the exit code: 0 when all is imported, 130 when it was stopped before. */
export async function runImport(args: ImportArguments): Promise<number> {
  const { directory, concurrency, first, json, signal } = args;
  const source = await readSource(directory);
  const orders = source.orders.slice(0, first);
  const app = await NestFactory.createApplicationContext(withoutStart(AppModule), {
    // Warnings go to standard output, which is the report's.
    logger: new AppLogger('', { logLevels: ['error', 'fatal'] }),
    abortOnError: false,
  });
  const startedAt = performance.now();
  const progress = new ProgressDisplay(process.stderr, () => performance.now());
  try {
    await app.init();
    const bus = app.get(CommandBus);
    const onProgress = (done: number, total: number) => {
      progress.update(done, total);
    };
    const imported = await importOrders(orders, (command) => bus.execute(command), {
      concurrency,
      signal,
      onProgress,
    });
    const report = { ...imported, observations: { ...imported.observations, ...source.strays } };
    progress.end();
    const elapsed = performance.now() - startedAt;
    process.stdout.write(
      json ? `${JSON.stringify({ ...report, milliseconds: elapsed })}\n` : reportText(report, elapsed),
    );
    return report.outcome === 'complete' ? 0 : 130;
  } finally {
    progress.end();
    await app.close();
  }
}
