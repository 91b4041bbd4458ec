import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StoredLog } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { Projector } from '@varve/projections';
import type { Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { mongoServers, ownDatabase } from '../../../../test/services/mongodb/index.js';
import { WireProxy } from '../../../../test/services/mongodb/wire/index.js';
import { afterTest } from '../../../../test/support/after-test.js';
import { startChild } from '../../../../test/support/children.js';
import { until } from '../../../../test/support/until.js';
import { varve } from '../../test/cli/command.js';
import {
  charge,
  filesIn,
  mailTo,
  project,
  shopFiles,
  totals,
  withLog,
  withReadModels,
  type Files,
} from '../../test/cli/shop.js';

const bin = fileURLToPath(new URL('../../bin/varve.js', import.meta.url));

function hasCommit(position: number): (body: Document) => boolean {
  return ({ documents }) =>
    (documents as Document[] | undefined)?.some(({ _id }) => _id === position) === true;
}

async function contentOf(log: StoredLog): Promise<unknown[]> {
  const content: unknown[] = [];
  for await (const batch of log.readStored(0)) content.push(...batch);
  const fences: string[] = [];
  for await (const page of log.readFences()) {
    fences.push(...page.map(({ commitId, at }) => `${commitId} ${at.toISOString()}`));
  }
  return [...content, ...fences.sort()];
}

describe.each(await mongoServers())('varve on $name', (server) => {
  const database = ownDatabase(server.uri, 'varve-log-copy');
  let count = 0;

  /** A log that nobody has: its name on the command line, where the server is reached at `uri`, and how an app opens it. */
  function newPlace(uri = server.uri) {
    const collectionPrefix = `log${++count}_`;
    const [, servers = '', query = ''] = /^([^/]*\/\/[^/?]*)[^?]*(\?.*)?$/.exec(uri) ?? [];
    const name = `${servers}/${database}${query === '' ? '?' : `${query}&`}collectionPrefix=${collectionPrefix}`;
    const use = async <T>(work: (log: MongoEventStore) => Promise<T>): Promise<T> => {
      const log = await MongoEventStore.connect({ uri: server.uri, database, collectionPrefix });
      return work(log).finally(() => log.close());
    };
    return { name, use };
  }

  async function largeLog(commits: number): Promise<Files> {
    const files = filesIn();
    await withLog(files.log, async (log) => {
      await Promise.all(Array.from({ length: commits }, (_, i) => charge(log, `order-${i % 90}`)));
      await log.append('order-1', 'any', [{ type: 'order.noted', data: 'é😀' }], { commitId: 'c1' });
      await log.closeStream('order-2', 'any');
      for (const id of ['a', 'b', 'c']) await log.fence(id);
    });
    return files;
  }

  test('moves a log from SQLite, with the projections that follow it, and back', async () => {
    const files = await largeLog(100);
    await project(files);
    const original = await withLog(files.log, contentOf);
    const logId = await withLog(files.log, async (log) => log.logId);
    const place = newPlace();
    const there = await varve(['log', 'copy', files.log, place.name, '--move']);
    expect(there).toMatchObject({ code: 0, err: '' });
    expect(there.out).toMatch(/is moved from .*: 102 commits and 3 fences, compared one by one/);
    expect(await place.use(contentOf)).toEqual(original);

    const seen: string[] = [];
    await place.use(async (log) => {
      expect(log.logId).toBe(logId);
      await charge(log, 'order-new');
      await withReadModels(files.readModels, async (readModels) => {
        await new Projector({
          log,
          readModels,
          projections: [totals()],
          reactors: [mailTo(seen)],
        }).runUntilCaughtUp();
        expect(seen).toEqual(['order-new']);
        const rows = await readModels.query('totals', (q) =>
          q.all('SELECT sum(cents) AS cents FROM {totals}'),
        );
        expect(rows).toEqual([{ cents: 101 }]);
      });
      await expect(charge(log, 'order-2')).rejects.toMatchObject({ code: 'stream-closed' });
      await expect(
        log.append('order-1', 'any', [{ type: 'x', data: 1 }], { commitId: 'b' }),
      ).rejects.toMatchObject({
        code: 'commit-fenced',
      });
    });

    const back = `${files.log}.back`;
    expect(await varve(['log', 'copy', place.name, back, '--move'])).toMatchObject({ code: 0, err: '' });
    expect(await withLog(back, contentOf)).toEqual(await place.use(contentOf));
    await expect(place.use((log) => charge(log, 'order-1'))).rejects.toMatchObject({ code: 'log-sealed' });
    const moved = await varve(['--log', back, '--read-models', files.readModels, 'doctor']);
    rmSync(back);
    const again = await varve(['log', 'copy', place.name, back, '--move']);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining(`was moved to ${back} and goes on`)]);
    expect([moved.code, moved.out]).toEqual([
      0,
      expect.stringContaining('✓ totals@1: live, at position 103'),
    ]);
  });

  test('has every command that looks at a log, without its password', async () => {
    const files = await largeLog(20);
    const place = newPlace();
    const copied = await varve(['log', 'copy', files.log, place.name, '--json']);
    expect(JSON.parse(copied.out)).toMatchObject({ commits: 22, fences: 3 });
    const on = (...words: string[]) => varve(['--log', place.name, ...words]);
    expect((await on('log', 'verify')).out).toMatch(/: 22 commits, 22 events, 20 streams; nothing wrong$/);
    expect((await on('log', 'tail')).out).toContain('order.noted  "é😀"');
    expect((await on('streams', 'list', '--limit', '2')).out).toContain('order-0');
    expect((await on('streams', 'show', 'order-1')).out).toContain('order.charged');
    expect((await on('log', 'consumers')).out).toBe('Nobody follows this log yet.');
    const examined = await on('doctor');
    expect(examined).toMatchObject({ code: 0, err: '' });
    for (const line of [
      /^✓ log: .*22 commits/m,
      /^. server: MongoDB /m,
      /^✓ concerns: .*majority/m,
      /^✓ indexes: stream_version/m,
    ]) {
      expect(examined.out).toMatch(line);
    }
    const refused = await on('log', 'backup', `${files.log}.backup`);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('cannot make a backup')]);
    const password = /:\/\/[^:/]+:([^@/]+)@/.exec(place.name)?.[1];
    for (const { out, err } of [copied, examined, refused])
      if (password) expect(out + err).not.toContain(password);
    const nothing = await varve(['--log', newPlace().name, 'log', 'tail']);
    expect([nothing.code, nothing.err]).toEqual([1, expect.stringMatching(/There is no log at/)]);
  });

  test('killed with kill -9, a move leaves what no app and no other copy can use, and is finished by the same command', async () => {
    const [files, other] = [await largeLog(600), await shopFiles()];
    const proxy = await WireProxy.open(server.uri);
    afterTest(() => proxy.close());
    const place = newPlace(proxy.uri);
    const words = ['log', 'copy', files.log, place.name, '--move'];
    // So that it is not done before it is killed.
    const last = proxy.on({ command: 'insert', where: hasCommit(600) }, { does: 'hold' });
    const child = startChild(bin, words);
    await child.heard((line): line is string => /^copying [1-9]/.test(String(line)), 'some progress');
    await until(() => last.caught.length === 1);
    await child.kill();
    proxy.clear();
    const app = place.use((log) => log.head());
    await expect(app).rejects.toMatchObject({ code: 'log-incomplete', source: files.log });
    const elsewhere = await varve(['log', 'copy', other.log, place.name]);
    expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining('is being copied from')]);
    const { code, out } = await varve(words);
    expect([code, out]).toEqual([0, expect.stringMatching(/is moved .*: 602 commits and 3 fences/)]);
    expect(await place.use(contentOf)).toEqual(await withLog(files.log, contentOf));
  });
});
