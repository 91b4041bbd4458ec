// Run by plain Node: a projector on a log in a file and read models in watermark mode, which dies at a command of its own.
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, rebuild } from '@varve/projections';
import { MongoWatermarkReadModels } from '@varve/projections/mongodb';
import { MongoClient } from 'mongodb';
import { totals } from './orders.ts';
import { say } from '../../../../../test/support/say.ts';

interface Orders {
  readonly logFile: string;
  readonly uri: string;
  readonly database: string;
  readonly collectionPrefix: string;
  readonly task: 'catch-up' | 'rebuild';
  /** Dies at this moment, counted from 1, before a command is sent or after its answer; counts all of them without it. */
  readonly dieAt?: number;
  readonly group: string;
  readonly leaseDuration: number;
}

const { logFile, uri, database, collectionPrefix, task, dieAt, group, leaseDuration } = JSON.parse(
  process.argv[2] ?? '',
) as Orders;
let moments = 0;

function moment(): void {
  moments += 1;
  if (moments === dieAt) process.kill(process.pid, 'SIGKILL');
}

const client = new MongoClient(uri, { monitorCommands: true, retryWrites: false });
client.on('commandStarted', moment);
client.on('commandSucceeded', moment);
const log = await SqliteEventStore.open({ file: logFile });
const readModels = await MongoWatermarkReadModels.connect({ client, database, collectionPrefix });
const options = { log, readModels, leaseDuration, batch: { initial: 3, max: 3 } };
if (task === 'rebuild') await rebuild({ ...options, projection: totals() });
else await new Projector({ ...options, projections: [totals()], owner: 'child', group }).runUntilCaughtUp();
say({ moments });
await readModels.close();
await client.close();
await log.close();
