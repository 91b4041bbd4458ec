import { Module } from '@nestjs/common';
import { defineEvent } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { Projector } from '@varve/projections';
import type { LoadApp } from '@varve/projections/cli';
import { ProjectionsModule } from '@varve/projections/nest';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../../test/services/mongodb/index.js';
import { temporaryFolder } from '../../../../../test/support/temp-dir.js';
import { varve, type Ran } from '../../../test/cli/command.js';
import { mailTo, withLog } from '../../../test/cli/shop.js';
import { WatermarkBench, type Place } from './bench.js';
import { charge, foldOf, rowsOf, totals } from './orders.js';

describe.each(await mongoServers())('varve on $name, with read models in watermark mode', (server) => {
  const bench = new WatermarkBench(server);
  afterAll(() => bench.dispose());

  let place: Place;
  let logFile: string;
  let mails: string[];
  beforeEach(async () => {
    place = bench.newPlace();
    logFile = join(temporaryFolder(), 'log.db');
    mails = [];
    await withLog(logFile, async (log) => {
      for (const stream of ['order-1', 'order-2', 'order-1']) await charge(log, stream, 5);
      const readModels = await bench.open(place);
      const parts = { projections: [totals()], reactors: [mailTo(mails)], leaseDuration: 300 };
      await new Projector({ log, readModels, ...parts }).runUntilCaughtUp();
    });
  });

  /** As a person names them. */
  function named({ database, collectionPrefix }: Place): string {
    const [, servers = '', query = ''] = /^([^/]*\/\/[^/?]*)[^?]*(\?.*)?$/.exec(server.uri) ?? [];
    return `${servers}/${database}${query === '' ? '?' : `${query}&`}collectionPrefix=${collectionPrefix}`;
  }

  const alone = (words: string): Promise<Ran> =>
    varve(['--log', logFile, '--read-models', named(place), ...words.split(' ')]);

  const inApp = (words: string): Promise<Ran> => {
    @Module({
      imports: [
        EventStoreModule.forRoot({
          sqlite: { file: logFile },
          events: [defineEvent('order.charged'), defineEvent('order.closed')],
        }),
        ProjectionsModule.forRoot({ mongodb: { ...place, uri: server.uri, mode: 'watermark' } }),
        ProjectionsModule.forFeature([totals(), mailTo(mails)]),
      ],
    })
    class AppModule {}
    const app: LoadApp = () => Promise.resolve(AppModule);
    return varve(words, { app });
  };

  test('finds out by what is stored how they are to be opened, and shows, pauses, resumes and examines them', async () => {
    const listed = await alone('projections list --json');
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(listed.out)).toEqual([
      expect.objectContaining({ name: 'mail', kind: 'reactor' }),
      expect.objectContaining({ name: 'totals', live: 'totals@1' }),
    ]);
    expect(await alone('projections wait totals')).toMatchObject({
      ...{ code: 0, out: 'totals has come to position 3.' },
    });
    expect(await alone('projections pause totals --reason lunch')).toMatchObject({ code: 0, err: '' });
    expect((await alone('projections status')).out).toMatch(
      /totals@1 +live, paused +3 +0 [^]*totals@1 paused: lunch/,
    );
    expect(await alone('projections resume totals')).toMatchObject({ code: 0, err: '' });
    expect(await alone('parked list')).toMatchObject({ code: 0, out: 'Nothing is parked.' });
    expect(await alone('doctor')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/totals@1: live, at position 3/),
    });
  });

  test('rebuilds them, drops what was live, and lets a reactor have its effects again', async () => {
    await withLog(logFile, (log) => charge(log, 'order-3', 7));
    const rebuilt = await inApp('projections rebuild totals --verify');
    expect(rebuilt).toMatchObject({ code: 0, err: '' });
    expect(rebuilt.out).toMatch(/are the same\.\ntotals@1\.2 is live instead of totals@1, at position 4/);
    expect(await alone('projections drop totals')).toMatchObject({ code: 0, err: '' });
    expect((await alone('projections list')).out).not.toMatch(/totals@1 /);
    const rows = await rowsOf(await bench.open(place));
    expect(rows).toEqual(await withLog(logFile, (log) => foldOf(log)));

    expect(await inApp('replay mail --from 3 --effects-again')).toMatchObject({ code: 0, err: '' });
    await withLog(logFile, async (log) => {
      const readModels = await bench.open(place);
      await new Projector({ log, readModels, projections: [], reactors: [mailTo(mails)] }).runUntilCaughtUp();
    });
    expect(mails).toEqual(['order-1', 'order-2', 'order-1', 'order-1', 'order-3']);
  });

  test('says that there are none where nobody has made any', async () => {
    place = bench.newPlace();
    expect(await alone('projections list')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^invalid-options: There are no read models at [^]*\("create" is false\)\.$/,
      ),
    });
  });
});
