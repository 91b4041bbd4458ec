// Run by plain Node: a projector on a log in a file and read models in MongoDB, which dies at a step of its own.
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, rebuild } from '@varve/projections';
import { MongoReadModels } from '@varve/projections/mongodb';
import { totals } from './orders.ts';
import { say } from '../../../../test/support/say.ts';

interface Orders {
  readonly logFile: string;
  readonly uri: string;
  readonly database: string;
  readonly collectionPrefix: string;
  readonly task: 'catch-up' | 'rebuild';
  /** Dies before this step, counted from 1; counts all of them without it. */
  readonly dieAt?: number;
  readonly group: string;
  readonly leaseDuration: number;
}

const { logFile, uri, database, collectionPrefix, task, dieAt, group, leaseDuration } = JSON.parse(
  process.argv[2] ?? '',
) as Orders;
let steps = 0;

function step(): void {
  steps += 1;
  if (steps === dieAt) process.kill(process.pid, 'SIGKILL');
}

const log = await SqliteEventStore.open({ file: logFile });
const readModels = await MongoReadModels.connect({ uri, database, collectionPrefix });
const stepping = new Proxy(readModels, {
  get(target, name) {
    const member: unknown = Reflect.get(target, name, target);
    if (typeof member !== 'function') return member;
    return (...args: unknown[]): unknown => {
      step();
      const work = args[1];
      const inside = async (tx: unknown): Promise<unknown> => {
        step();
        const done: unknown = await (work as (tx: unknown) => unknown)(tx);
        step();
        return done;
      };
      const given = name === 'transaction' ? [args[0], inside] : args;
      const result: unknown = member.apply(target, given);
      if (result instanceof Promise) return result.finally(step);
      return result;
    };
  },
});
const options = { log, readModels: stepping, leaseDuration, batch: { initial: 2, max: 2 } };
if (task === 'rebuild') await rebuild({ ...options, projection: totals() });
else await new Projector({ ...options, projections: [totals()], owner: 'child', group }).runUntilCaughtUp();
await readModels.close();
await log.close();
say({ steps });
