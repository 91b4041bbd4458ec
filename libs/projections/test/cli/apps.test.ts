import { Module } from '@nestjs/common';
import { defineEvent } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { ProjectionsModule } from '@varve/projections/nest';
import { describe, expect, test } from 'vitest';
import { varve } from './command.js';
import { charge, filesIn, flags, project, shopFiles, totals, withLog } from './shop.js';

const events = [defineEvent('order.charged')];

test('an app that only writes has the commands of the log, and is told which it has not', async () => {
  const files = filesIn();
  await withLog(files.log, (log) => charge(log, 'order-1'));
  @Module({ imports: [EventStoreModule.forRoot({ sqlite: { file: files.log }, events })] })
  class WritingApp {}
  const app = () => Promise.resolve(WritingApp);
  expect(await varve('streams list', { app })).toMatchObject({
    code: 0,
    out: expect.stringContaining('order-1') as string,
  });
  expect(await varve('log tail --json', { app })).toMatchObject({ code: 0 });
  expect(await varve('doctor', { app })).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 commits') as string,
  });
  expect(await varve('projections list', { app })).toMatchObject({
    code: 1,
    err: expect.stringContaining('it imports no ProjectionsModule') as string,
  });
});

test('what is no app’s class is told so, and not as modules that import each other', async () => {
  for (const loaded of [undefined, { AppModule: class {} }]) {
    const app = () => Promise.resolve(loaded as never);
    expect(await varve('projections list', { app })).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /in place of the app's root module. Give it the class: runVarveCli/,
      ) as string,
    });
  }
});

test('with --json what fails is JSON as well, beside the sentence for people', async () => {
  const files = flags(await shopFiles());
  const error = async (...words: string[]): Promise<unknown> => {
    const { out, err } = await varve([...files, ...words, '--json']);
    expect(err).not.toBe('');
    return (JSON.parse(out) as { error: unknown }).error;
  };
  const message = expect.any(String) as string;
  expect(await error('projections', 'status', 'x')).toEqual({ code: 'unknown-projection', message });
  expect(await error('streams', 'show', 'x')).toEqual({
    code: 'failed',
    message: 'Stream "x" has no events here.',
  });
  expect(await error('projections', 'rebuild', 'x')).toEqual({ code: 'usage', message });
  expect(await error('log', 'tail', '--bogus')).toEqual({
    code: 'usage',
    message: "unknown option '--bogus'",
  });
});

test('an app without any event store is told so', async () => {
  class Empty {}
  Module({})(Empty);
  expect(await varve('doctor', { app: () => Promise.resolve(Empty) })).toMatchObject({ code: 3 });
});

describe('an app with several read models and logs', () => {
  async function twoShops(names: readonly [string | undefined, string]) {
    const [one, two] = [await shopFiles(), await shopFiles()];
    await withLog(two.log, (log) => charge(log, 'order-7'));
    await project(two);
    const root = (index: 0 | 1) => ({
      ...(names[index] !== undefined && { name: names[index] }),
      sqlite: { file: [one, two][index]!.readModels },
    });
    @Module({
      imports: [
        EventStoreModule.forRoot({ sqlite: { file: one.log }, events }),
        EventStoreModule.forRoot({ name: 'archive', sqlite: { file: two.log }, events }),
        ProjectionsModule.forRoot(root(0)),
        ProjectionsModule.forRoot({ ...root(1), log: 'archive' }),
        ProjectionsModule.forFeature([totals()], names[0] ?? {}),
        ProjectionsModule.forFeature([totals({ version: 2 })], names[1]),
      ],
    })
    class AppModule {}
    return () => Promise.resolve(AppModule);
  }

  test('works on those without a name, and on others by --read-models', async () => {
    const app = await twoShops([undefined, 'old']);
    const head = async (words: string, readModels?: string) => {
      const { out } = await varve(`projections status totals --json ${words}`, {
        app,
        ...(readModels !== undefined && { readModels }),
      });
      return (JSON.parse(out) as { head: number }[])[0]?.head;
    };
    expect(await head('')).toBe(3);
    expect(await head('--read-models old')).toBe(4);
    expect(await head('', 'old')).toBe(4);
    expect((await varve('streams list --log archive', { app })).out).toContain('order-7');
    expect(await varve('streams list --log nowhere', { app })).toMatchObject({
      code: 1,
      err: 'invalid-options: This app has no event store "nowhere".',
    });
  });

  test('asks which when none is without a name', async () => {
    const app = await twoShops(['new', 'old']);
    expect((await varve('projections list', { app })).err).toMatch(
      /several read models: name one with --read-models. It has: new, old/,
    );
    expect((await varve('projections list --read-models x', { app })).err).toMatch(
      /no read models "x".*new, old/,
    );
    expect((await varve('projections list --read-models new', { app })).code).toBe(0);
  });
});
