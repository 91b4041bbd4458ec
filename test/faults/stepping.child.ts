// Parks a stream, tries it again, and dies by kill -9 before its nth step: stepping.child.ts LOG READ_MODELS N, or 0 to live and count.
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { parkAndRetry } from './support/park-and-retry.ts';
import { say } from '../support/say.ts';

const [logFile = '', readModelsFile = '', dieAt = '0'] = process.argv.slice(2);
let steps = 0;

function step(): void {
  steps += 1;
  if (steps === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
}

const log = await SqliteEventStore.open({ file: logFile });
const readModels = await SqliteReadModels.open({ file: readModelsFile });
await parkAndRetry(log, readModels, step);
await readModels.close();
await log.close();
say({ steps });
