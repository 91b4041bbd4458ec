import { CLOSING_TEXT } from '../../../log/commit-text.js';
import type { StoredCommit } from '../../../log/movable-log.js';
import { equal, rejects } from '../check.js';
import type { ContractCase } from '../contract-case.js';
import { committed } from '../event-store/append.js';
import { notes, range } from '../event-store/harness.js';
import {
  aStoredCommit,
  fencesOf,
  logFillingCase,
  SOURCE,
  storedOf,
  type LogFillingHarness,
} from './harness.js';

const LOG_ID = '6b0e4c1e-0000-4000-8000-000000000009';
const FENCES = ['f1', 'f2'].map((commitId) => ({ commitId, at: new Date('2026-01-01T00:00:00.001Z') }));

function commitsOf(from: number, to: number): StoredCommit[] {
  return range(from, to).map(aStoredCommit);
}

/** The rules of `LogFilling`. */
export const logFillingContract: readonly ContractCase<LogFillingHarness>[] = [
  logFillingCase('is, once it was released, a log as any other', async ({ fill, use }) => {
    const filling = await fill(SOURCE);
    const closing = { ...aStoredCommit(8), text: CLOSING_TEXT, lastVersion: aStoredCommit(8).firstVersion };
    await filling.put([...commitsOf(1, 7), closing]);
    await filling.putFences(FENCES);
    equal((await filling.verify()).problems, [], 'the problems');
    await filling.release(LOG_ID);
    equal(filling.logId, LOG_ID, 'the id');
    await filling.close();
    const store = await use();
    equal([store.logId, await store.head()], [LOG_ID, 8], 'id and head');
    equal((await store.verify()).problems, [], 'the problems afterwards');
    await rejects(
      'stream-closed',
      () => store.append('note-1', 'any', notes(1)),
      'an append to a closed stream',
    );
    const late = () => store.append('note-0', 'any', notes(1), { commitId: 'f1' });
    await rejects('commit-fenced', late, 'an append with a fenced id');
    equal((await store.fence('c2')).outcome, 'committed', 'the fence of a committed id');
    const next = committed(await store.append('note-0', 6, notes(1)));
    equal([next.position, next.firstVersion], [9, 7], 'the next commit');
    equal(
      (await store.listStreams()).map(({ stream, version, closed }) => [stream, version, closed]),
      [
        ['note-0', 7, false],
        ['note-1', 5, true],
        ['note-2', 4, false],
      ],
      'the streams',
    );
  }),

  logFillingCase('has what was put into it, to the letter', async ({ fill, use }) => {
    const filling = await fill(SOURCE);
    const text = '[{"type":"note.taken","data":{"n":1.0,  "é":"\\u00e9"}},{"data":{},"type":"note.taken"}]';
    const commits = [{ ...aStoredCommit(1), text }, ...commitsOf(2, 40)];
    await filling.put(commits);
    await filling.putFences(FENCES);
    equal(
      [await filling.head(), await storedOf(filling), await fencesOf(filling)],
      [40, commits, FENCES],
      'it',
    );
    await filling.release(LOG_ID);
    await filling.close();
    const store = await use();
    equal([await storedOf(store), await fencesOf(store)], [commits, FENCES], 'the log');
    equal(await store.findFences(['f2', 'c2']), FENCES.slice(1), 'the fences that were asked for');
  }),

  logFillingCase('counts all that it has whenever it is looked at', async ({ fill }) => {
    const filling = await fill(SOURCE);
    for (const [from, end] of [
      [1, 7],
      [8, 7],
      [8, 20],
    ] as const) {
      await filling.put(commitsOf(from, end));
      const { commits, events, streams, problems } = await filling.verify();
      equal([commits, events, streams, problems], [end, end * 2, 3, []], `it with ${end} commits`);
    }
  }),

  logFillingCase('cannot be opened before it is released', async ({ fill, use }) => {
    const filling = await fill(SOURCE);
    for (const from of [1, 4]) {
      const error = await rejects('log-incomplete', use, 'the opening');
      equal(error['source'], SOURCE.location, 'where it comes from');
      await filling.put(commitsOf(from, from + 2));
    }
    await filling.close();
    await rejects('log-incomplete', use, 'the opening after a copying that was given up');
  }),

  logFillingCase('goes on where it was interrupted', async ({ fill, use }) => {
    const first = await fill(SOURCE);
    await first.put(commitsOf(1, 5));
    await first.putFences(FENCES.slice(0, 1));
    await first.close();
    const second = await fill({ ...SOURCE, location: 'the same log by another name' });
    equal(await second.head(), 5, 'the head');
    await second.put(commitsOf(4, 9));
    await second.putFences(FENCES);
    await second.putFences(FENCES);
    await second.release(LOG_ID);
    await second.close();
    const store = await use();
    equal([await storedOf(store), await fencesOf(store)], [commitsOf(1, 9), FENCES], 'the log');
  }),

  logFillingCase('is filled from one source only', async ({ fill }) => {
    const filling = await fill(SOURCE);
    const other = { ...SOURCE, logId: '6b0e4c1e-0000-4000-8000-000000000002' };
    await rejects('invalid-options', () => fill(other), 'another source');
    await filling.put(commitsOf(1, 2));
    await filling.close();
    await rejects('invalid-options', () => fill(other), 'another source, later');
    equal(await (await fill(SOURCE)).head(), 2, 'the head');
  }),

  logFillingCase('is filled from one of two sources that begin at the same time', async ({ fill }) => {
    const other = { ...SOURCE, logId: '6b0e4c1e-0000-4000-8000-000000000002' };
    const begun = await Promise.allSettled([fill(SOURCE), fill(other)]);
    equal(begun.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'], 'the two');
    const refused = begun.find((each) => each.status === 'rejected');
    equal((refused?.reason as { code?: unknown }).code, 'invalid-options', 'the refusal');
  }),

  logFillingCase('is made of no log that is in use', async ({ fill, use }) => {
    const store = await use();
    await store.fence('f1');
    await rejects('invalid-options', () => fill(SOURCE), 'a log with a fence');
    await store.append('note-1', 0, notes(1));
    await rejects('invalid-options', () => fill(SOURCE), 'a log with a commit');
    committed(await store.append('note-1', 1, notes(1)));
    equal((await use()).logId, store.logId, 'its id');
  }),

  logFillingCase('is not made of its own source, whatever that is called', async ({ fill, use }) => {
    const store = await use();
    const itself = { logId: store.logId, location: '/another/name/of/it' };
    const error = await rejects('invalid-options', () => fill(itself), 'the log itself');
    equal(error['option'], 'to', 'the option');
    committed(await store.append('note-1', 0, notes(1)));
    equal((await use()).logId, store.logId, 'its id');
  }),

  logFillingCase('takes an empty log from whoever has it open', async ({ fill, use }) => {
    const store = await use();
    await store.head();
    const filling = await fill(SOURCE);
    await rejects('log-diverged', () => store.append('note-1', 0, notes(1)), 'an append');
    await filling.put(commitsOf(1, 3));
    await rejects('log-diverged', () => store.append('note-1', 'any', notes(1)), 'an append, later');
    equal(await storedOf(filling), commitsOf(1, 3), 'the commits');
  }),

  logFillingCase('takes no commit that does not follow on its head', async ({ fill }) => {
    const filling = await fill(SOURCE);
    await rejects('log-not-dense', () => filling.put(commitsOf(2, 3)), 'a beginning in the middle');
    await filling.put(commitsOf(1, 3));
    await rejects('log-not-dense', () => filling.put(commitsOf(5, 6)), 'a gap before');
    const gap = [...commitsOf(4, 5), ...commitsOf(7, 8)];
    await rejects('log-not-dense', () => filling.put(gap), 'a gap within');
    equal(await storedOf(filling), commitsOf(1, 3), 'the commits');
  }),

  logFillingCase('may be filled twice at the same time', async ({ fill }) => {
    const [one, other] = await Promise.all([fill(SOURCE), fill(SOURCE)]);
    for (const from of [1, 8, 15]) {
      await Promise.all([one.put(commitsOf(from, from + 6)), other.put(commitsOf(from, from + 6))]);
      await Promise.all([one.putFences(FENCES), other.putFences(FENCES)]);
    }
    equal([await storedOf(one), await fencesOf(other)], [commitsOf(1, 21), FENCES], 'the log');
  }),

  logFillingCase('is left alone once somebody else has released it', async ({ fill, use }) => {
    const [one, other] = [await fill(SOURCE), await fill(SOURCE)];
    await one.put(commitsOf(1, 3));
    await one.release(LOG_ID);
    await rejects('log-diverged', () => other.put(commitsOf(4, 5)), 'more commits');
    await rejects('log-diverged', () => other.putFences(FENCES), 'more fences');
    await rejects('log-diverged', () => other.release(SOURCE.logId), 'another release');
    const store = await use();
    equal(
      [store.logId, await storedOf(store), await fencesOf(store)],
      [LOG_ID, commitsOf(1, 3), []],
      'the log',
    );
  }),
];
