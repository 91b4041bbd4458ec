import type { Document } from 'mongodb';
import type { StorageFinding } from '../../log/event-store.js';
import { greet } from '../connection/check-server.js';
import { OF_COMMITS, problemsOfIndexes } from '../connection/indexes.js';
import type { MongoLog } from '../connection/mongo-log.js';

/** What the server can do, and how the log uses it. */
export async function diagnose(log: MongoLog): Promise<readonly StorageFinding[]> {
  const [hello, build] = await Promise.all([greet(log), log.database.command({ buildInfo: 1 })]);
  return [serverOf(hello, build), concernsOf(log), await indexesOf(log)];
}

function serverOf(hello: Document, build: Document): StorageFinding {
  const { level, what } = topologyOf(hello);
  const version = `MongoDB ${String(build['version'])} (wire version ${String(hello['maxWireVersion'])})`;
  return { level, subject: 'server', message: `${version}, ${what}` };
}

function topologyOf({ setName, hosts, msg }: Document): { level: StorageFinding['level']; what: string } {
  if (msg === 'isdbgrid') return { level: 'ok', what: 'a sharded cluster; the log is on one shard' };
  if (setName === undefined) {
    const what =
      'no replica set: what is acknowledged is on this server alone, and read models have no transactions here';
    return { level: 'warning', what };
  }
  const members = Array.isArray(hosts) ? hosts.length : 1;
  if (members > 2) return { level: 'ok', what: `replica set "${String(setName)}" of ${members} members` };
  const what = `replica set "${String(setName)}" of ${members}: with three, one may fail`;
  return { level: 'warning', what };
}

function concernsOf({ tail, changeStreams }: MongoLog): StorageFinding {
  const woken = changeStreams
    ? 'change streams wake who waits, if the server serves them'
    : 'who waits asks, since there are no change streams';
  const message =
    'an append waits for a majority and its journals (w: "majority", j: true); what decides is read from the primary as a majority has it ' +
    `(readConcern "majority"); the log is followed on "${tail.readPreference?.mode ?? 'primary'}"; ${woken}`;
  return { level: 'ok', subject: 'concerns', message };
}

async function indexesOf({ commits }: MongoLog): Promise<StorageFinding> {
  const problems = await problemsOfIndexes(commits);
  const names = OF_COMMITS.map(({ name }) => name).join(', ');
  return problems.length === 0
    ? { level: 'ok', subject: 'indexes', message: `${names}: all there` }
    : { level: 'warning', subject: 'indexes', message: problems.join(' ') };
}
