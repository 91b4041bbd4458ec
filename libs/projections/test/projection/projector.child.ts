// Run by plain Node: a projector, or a rebuild, on files, which can be told to die at a step of its own.
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, rebuild } from '@varve/projections';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { totals } from './totals.ts';
import { say } from '../../../../test/support/say.ts';

interface Orders {
  readonly logFile: string;
  readonly readModelsFile: string;
  readonly task: 'catch-up' | 'run' | 'rebuild';
  /** Dies before this step, counted from 1; counts all of them without it. */
  readonly dieAt?: number;
  readonly group?: string;
  readonly leaseDuration: number;
  readonly batchSize: number;
  readonly verify?: 'none' | 'require';
}

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
let steps = 0;

function step(): void {
  steps += 1;
  if (steps === orders.dieAt) process.kill(process.pid, 'SIGKILL');
}

/** Every transaction has a step before it, before and after its work, after its save, and after its end. */
function stepping(inner: SqliteReadModels): SqliteReadModels {
  const changes: Partial<SqliteReadModels> = {
    save(...args) {
      const saved = inner.save(...args);
      step();
      return saved;
    },
    async transaction(processor, work) {
      step();
      const result = await inner.transaction(processor, async (tx) => {
        step();
        const done = await work(tx);
        step();
        return done;
      });
      step();
      return result;
    },
    async switchVersion(...args) {
      step();
      const switched = await inner.switchVersion(...args);
      step();
      return switched;
    },
  };
  return Object.assign(Object.create(inner) as SqliteReadModels, changes);
}

const log = await SqliteEventStore.open({ file: orders.logFile });
const readModels = stepping(await SqliteReadModels.open({ file: orders.readModelsFile }));
const projection = totals({ before: step, after: step });
const { leaseDuration, batchSize } = orders;
const options = { log, readModels, leaseDuration, batch: { initial: batchSize, max: batchSize } };

if (orders.task === 'rebuild') {
  const { verify = 'none' } = orders;
  say(await rebuild({ ...options, projection, verify }));
} else {
  const projector = new Projector({
    ...options,
    projections: [projection],
    owner: 'child',
    group: orders.group ?? 'default',
  });
  if (orders.task === 'catch-up') await projector.runUntilCaughtUp();
  else {
    // Before anything is said: whoever hears it may send the signal at once.
    const terminated = new Promise((resolve) => process.once('SIGTERM', resolve));
    await projector.start();
    say('started');
    await terminated;
    await projector.stop();
  }
}
await readModels.close();
await log.close();
say({ steps });
