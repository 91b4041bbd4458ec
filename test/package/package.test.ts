import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Consumer, libs, nodes, nodesForSqlite, root } from './consumer.js';
import { awaitsAtTopLevel } from './top-level-await.js';

const minutes = 60_000;
const driven = {
  answers: ['placed', 'paid', 'Order 17 is paid already.'],
  events: ['1 order.placed {"total":4200}', '2 order.paid {"amount":4200}'],
  heard: ['order-17 placed for 4200', 'order-17 paid'],
};
const projected = { ...driven, rows: [{ stream: 'order-17', total: 4200, paid: 1 }] };

let consumer: Consumer;
beforeAll(async () => {
  consumer = await Consumer.create();
}, 4 * minutes);
afterAll(() => consumer.remove());

describe.each(libs)('%s', (lib) => {
  const packed = () => consumer.path('node_modules/@varve', lib);

  test('has nothing for publint to say', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed(), pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test(
    'has types that resolve as its modules do',
    async () => {
      const attw = join(root, 'node_modules/.bin/attw');
      await consumer.run(
        process.execPath,
        [attw, '--pack', '--profile', 'esm-only'],
        join(root, 'libs', lib),
      );
    },
    2 * minutes,
  );

  test('ships licence, readme and sources, and no leftovers of the build', async () => {
    const files = await filesOf(packed(), '**');
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'src/index.ts', 'dist/index.d.ts']),
    );
    expect(files.filter((file) => /tsbuildinfo|\.test\.|\.tgz/.test(file))).toEqual([]);
  });

  test('awaits nowhere at the top level', async () => {
    const modules = await filesOf(packed(), 'dist/**/*.js');
    expect(modules).not.toEqual([]);
    for (const file of modules) {
      expect(awaitsAtTopLevel(await readFile(join(packed(), file), 'utf8')), file).toBe(false);
    }
  });
});

test(
  'are installed where nothing else is, whatever drivers an app chooses later',
  async () => {
    expect(await consumer.installedAlone()).toEqual(
      expect.arrayContaining(libs.map((lib) => `@varve/${lib}`)),
    );
  },
  2 * minutes,
);

describe.each(['module', 'commonjs'] as const)('in a Nest app that is a %s', (type) => {
  const app = (...segments: string[]) => consumer.path(type, ...segments);
  beforeAll(() => consumer.tsc(join(type, 'tsconfig.json')), 2 * minutes);

  test('types resolve for bundlers', () => consumer.tsc(join(type, 'tsconfig.bundler.json')));

  test.each(nodes)('runs on Node %s with a store of its own', async (node) => {
    expect(await consumer.runApp(node, app('dist/main.js'))).toMatchObject(driven);
  });

  test.each(nodesForSqlite)('runs on Node %s with SQLite', async (node) => {
    expect(await consumer.runApp(node, app('dist/main.js'), await consumer.emptyFolder())).toMatchObject(
      projected,
    );
  });

  test.each(nodesForSqlite)('has its own varve command on Node %s', async (node) => {
    const words = [await consumer.emptyFolder(), '--json', 'projections', 'list'];
    expect(await consumer.runApp(node, app('dist/cli.js'), ...words)).toMatchObject([{ name: 'orders' }]);
  });

  test(`refuses SQLite on Node ${nodes[0]}, where its driver would crash the process`, async () => {
    const outcome = await consumer.runApp(nodes[0], app('dist/main.js'), await consumer.emptyFolder());
    expect(outcome).toEqual({ error: 'store-incompatible' });
  });

  test('runs minified, when no class has its name any more', async () => {
    const outfile = app('dist/main.min.js');
    const format = type === 'module' ? 'esm' : 'cjs';
    const entryPoints = [app('dist/main.js')];
    await build({
      entryPoints,
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      minify: true,
      format,
    });
    const outcome = await consumer.runApp(nodes[1], outfile, await consumer.emptyFolder());
    expect(outcome).toMatchObject(projected);
    expect(outcome).not.toHaveProperty('aggregateClass', 'Order');
  });
});

async function filesOf(folder: string, pattern: string): Promise<string[]> {
  const files = [];
  for await (const file of glob(pattern, { cwd: folder })) files.push(file);
  return files;
}
