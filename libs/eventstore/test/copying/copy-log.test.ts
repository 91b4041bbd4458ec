import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { copyLog, type CopyProgress } from '@varve/eventstore';
import type { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore, InMemoryLogFilling, MemoryLog } from '@varve/eventstore/testing';
import { contentOf, fill, noted, open, use } from './logs.js';

describe('A copy', () => {
  test('is the same log with another id, and the source stays open', async () => {
    const source = await open('old.db');
    await use(source);
    const target = await fill('new.db', source);
    const result = await copyLog(source, target, { as: 'copy' });
    expect(result).toEqual({ logId: target.logId, commits: 1_200, fences: 2 });
    expect(result.logId).not.toBe(source.logId);
    const copy = await open('new.db');
    expect(await contentOf(copy)).toEqual(await contentOf(source));
    expect(await copy.listStreams()).toEqual(await source.listStreams());
    await expect(copy.append('note-3', 'any', noted(1))).rejects.toMatchObject({ code: 'stream-closed' });
    const late = copy.append('note-1', 'any', noted(1), { commitId: 'late-2' });
    await expect(late).rejects.toMatchObject({ code: 'commit-fenced' });
    expect(await source.append('note-1', 'any', noted(1))).toMatchObject({ commit: { position: 1_201 } });
  });

  test('goes on with the store itself as its source, and is refused as another one or onto itself', async () => {
    const [source, other] = [await open('old.db'), await open('other.db')];
    await use(source, 20);
    await (await fill('new.db', source)).close();
    await (await fill('new.db', source)).close();
    await expect(fill('new.db', other)).rejects.toMatchObject({
      option: 'to',
      message: expect.stringContaining(`is being copied from ${source.location}`) as string,
    });
    await expect(fill('other.db', other)).rejects.toThrow(/onto itself/);
    expect(await other.append('note-1', 'any', noted(1))).toMatchObject({ ok: true });
  });

  test('does not finish a move under another id', async () => {
    const source = await open('old.db');
    await use(source, 20);
    const target = await fill('new.db', source);
    await source.seal({ movedTo: target.location });
    await expect(copyLog(source, target, { as: 'copy' })).rejects.toThrow(/Finish that move/);
    expect(await copyLog(source, target, { as: 'move' })).toMatchObject({ logId: source.logId });
  });

  for (const as of ['copy', 'move'] as const) {
    test(`whose ${as} somebody else has finished is left to the apps: nobody is told to delete it`, async () => {
      const source = await open('old.db');
      await use(source, 20);
      const [one, other] = await Promise.all([fill('new.db', source), fill('new.db', source)]);
      const { logId } = await copyLog(source, one, { as });
      await (await open('new.db')).append('note-1', 'any', noted(1));
      await expect(copyLog(source, other, { as })).rejects.toMatchObject({
        code: 'log-diverged',
        message: expect.stringContaining(`was finished and released as ${logId} by somebody else`) as string,
      });
    });
  }

  test('goes from SQLite into memory and back', async () => {
    const source = await open('old.db');
    await use(source, 60);
    const log = new MemoryLog();
    await copyLog(source, new InMemoryLogFilling(log, source), { as: 'copy' });
    const between = new InMemoryEventStore({ log });
    await copyLog(between, await fill('new.db', between), { as: 'move' });
    const back = await open('new.db');
    expect(await contentOf(back)).toEqual(await contentOf(source));
    expect(back.logId).toBe(between.logId);
  });

  test('that was interrupted goes on where it was, from a source that has grown', async () => {
    const source = await open('old.db');
    await use(source);
    const stopping = new AbortController();
    const onProgress = ({ phase, position }: CopyProgress): void => {
      if (phase === 'copying' && position >= 500) stopping.abort(new Error('stopped here'));
    };
    const first = await fill('new.db', source);
    const stopped = copyLog(source, first, { as: 'copy', onProgress, signal: stopping.signal });
    await expect(stopped).rejects.toThrow('stopped here');
    expect(await first.head()).toBe(500);
    await first.close();
    await expect(open('new.db')).rejects.toMatchObject({ code: 'log-incomplete', source: source.location });
    for (let n = 0; n < 9; n++) await source.append('note-1', 'any', noted(n));
    const progress: CopyProgress[] = [];
    await copyLog(source, await fill('new.db', source), {
      as: 'copy',
      onProgress: (one) => progress.push(one),
    });
    expect(progress[0]).toEqual({ phase: 'copying', position: 500, head: 1_209 });
    expect(await contentOf(await open('new.db'))).toEqual(await contentOf(source));
  });

  test('of a log that is written to meanwhile has what was there at one moment', async () => {
    const source = await open('old.db');
    await use(source, 700);
    let writing = true;
    const write = async (): Promise<void> => {
      for (let n = 0; writing; n++) {
        await source.append('busy-1', 'any', noted(n));
        if (n % 5 === 0) await source.fence(`busy-${n}`);
      }
    };
    const writer = write();
    const { commits } = await copyLog(source, await fill('new.db', source), { as: 'copy' });
    writing = false;
    await writer;
    const copy = await open('new.db');
    expect(commits).toBeGreaterThanOrEqual(700);
    const [all, copied] = [await contentOf(source), await contentOf(copy)];
    expect(copied.slice(0, commits)).toEqual(all.slice(0, commits));
    expect((await copy.verify()).problems).toEqual([]);
  });

  test('is not released when somebody has changed it', async () => {
    const source = await open('old.db');
    await use(source, 30);
    const target = await fill('new.db', source);
    for await (const batch of source.readStored(0)) await target.put(batch);
    const tool = new Database(target.location);
    tool.exec(`UPDATE commits SET events = replace(events, 'note.taken', 'note.faked') WHERE position = 7`);
    tool.close();
    const copying = copyLog(source, target, { as: 'move' });
    await expect(copying).rejects.toMatchObject({
      code: 'log-diverged',
      message: expect.stringContaining('another commit at position 7') as string,
    });
    await target.close();
    await expect(open('new.db')).rejects.toMatchObject({ code: 'log-incomplete' });
  });

  test.each([
    ['a fence more', `INSERT INTO fences VALUES ('x', 1)`, /the fence of "x"/],
    ['a fence less', `DELETE FROM fences`, /0 fences and not 2/],
    ['another time of a fence', `UPDATE fences SET at = at + 1`, /the fence of "late-1"/],
  ])('with %s is noticed', async (_, sql, message) => {
    const source = await open('old.db');
    await use(source, 30);
    const target = await fill('new.db', source);
    const verify = target.putFences.bind(target);
    target.putFences = async (fences) => {
      await verify(fences);
      const tool = new Database(target.location);
      tool.exec(sql);
      tool.close();
    };
    await expect(copyLog(source, target, { as: 'copy' })).rejects.toThrow(message);
  });

  test('does not go on from a source that was restored meanwhile', async () => {
    const source = await open('old.db');
    await use(source, 30);
    const target = await fill('new.db', source);
    for await (const batch of source.readStored(0)) await target.put(batch);
    await source.close();
    const tool = new Database(source.location);
    tool.exec(`UPDATE commits SET at = at + 1 WHERE position = 30`);
    tool.close();
    const restored = await open('old.db');
    const copying = copyLog(restored, target, { as: 'move' });
    await expect(copying).rejects.toMatchObject({ code: 'log-diverged' });
    expect(await restored.findSeal()).toBeUndefined();
  });
});

describe('A move', () => {
  test('keeps the id, takes the groups that follow the log along, and leaves a sealed log behind', async () => {
    const source = await open('old.db');
    await use(source);
    await source.registerConsumer({ group: 'projector', databaseId: 'd1', location: '/read-models.db' });
    const target = await fill('new.db', source);
    const { logId, seal } = await copyLog(source, target, { as: 'move' });
    expect([logId, seal?.position, seal?.movedTo]).toEqual([source.logId, 1_200, target.location]);
    await expect(source.append('note-1', 'any', noted(1))).rejects.toMatchObject({
      code: 'log-sealed',
      movedTo: target.location,
      message: expect.stringContaining(`moved to ${target.location}`) as string,
    });
    await expect(source.fence('later')).rejects.toMatchObject({ code: 'log-sealed' });
    const moved = await open('new.db');
    expect(moved.logId).toBe(source.logId);
    expect(await contentOf(moved)).toEqual(await contentOf(source));
    expect(await moved.listConsumers()).toEqual(await source.listConsumers());
    expect(await moved.append('note-1', 'any', noted(1))).toMatchObject({ commit: { position: 1_201 } });
  });

  test('loses nothing that was acknowledged while it went on', async () => {
    const source = await open('old.db');
    await use(source, 300);
    const other = await open('old.db');
    const acknowledged: number[] = [];
    const fenced: string[] = [];
    const keepWriting = async (log: SqliteEventStore, name: string): Promise<void> => {
      for (let n = 0; ; n++) {
        const result = await log.append(`${name}-1`, 'any', noted(n));
        if (result.ok) acknowledged.push(result.commit.position);
        await log.fence(`${name}-${n}`);
        fenced.push(`${name}-${n}`);
      }
    };
    const writing = Promise.allSettled([
      keepWriting(source, 'a'),
      keepWriting(source, 'b'),
      keepWriting(other, 'c'),
    ]);
    const { commits, fences } = await copyLog(source, await fill('new.db', source), { as: 'move' });
    for (const one of await writing) expect(one).toMatchObject({ reason: { code: 'log-sealed' } });
    expect(commits).toBe(300 + acknowledged.length);
    expect(Math.max(...acknowledged)).toBe(commits);
    expect(fences).toBe(2 + fenced.length);
    const moved = await open('new.db');
    for (const id of fenced) expect(await moved.findCommit(id)).toEqual({ outcome: 'fenced' });
  });

  test('of a damaged log is refused before anything is sealed', async () => {
    const source = await open('old.db');
    await use(source, 30);
    const tool = new Database(source.location);
    tool.exec('DELETE FROM commits WHERE position = 9');
    tool.close();
    const target = await fill('new.db', source);
    await expect(copyLog(source, target, { as: 'move' })).rejects.toMatchObject({
      code: 'store-incompatible',
    });
    await expect(copyLog(source, target, { as: 'copy' })).rejects.toMatchObject({ code: 'log-not-dense' });
    expect(await source.findSeal()).toBeUndefined();
  });

  test('that was interrupted behind the seal is finished by the next one, and goes to no other place', async () => {
    const source = await open('old.db');
    await use(source, 30);
    const target = await fill('new.db', source);
    await source.seal({ movedTo: target.location });
    const elsewhere = copyLog(source, await fill('other.db', source), { as: 'move' });
    await expect(elsewhere).rejects.toMatchObject({ code: 'invalid-options' });
    await copyLog(source, target, { as: 'move' });
    expect((await open('new.db')).logId).toBe(source.logId);
  });

  test('is something else than a copy of a sealed log, which may go anywhere', async () => {
    const source = await open('old.db');
    await use(source, 30);
    await copyLog(source, await fill('new.db', source), { as: 'move' });
    const { logId } = await copyLog(source, await fill('other.db', source), { as: 'copy' });
    expect(logId).not.toBe(source.logId);
    expect(await contentOf(await open('other.db'))).toEqual(await contentOf(source));
  });
});
