import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

async function nx(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, 'node_modules/.bin/nx'), ...args], {
    cwd: root,
  });
  return stdout;
}

interface GraphFile {
  readonly graph: { readonly dependencies: Readonly<Record<string, readonly { readonly target: string }[]>> };
}

test('Nx finds the libs and the apps, and the arrows point from the apps to the log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-graph-'));
  const file = join(folder, 'graph.json');
  try {
    await nx('graph', `--file=${file}`);
    const { graph } = JSON.parse(await readFile(file, 'utf8')) as GraphFile;
    const arrows = Object.entries(graph.dependencies).map(([from, to]) => {
      const targets = new Set(to.map(({ target }) => target));
      return [from, [...targets].sort()];
    });
    expect(Object.fromEntries(arrows)).toEqual({
      '@varve/eventstore': [],
      '@varve/bus': ['@varve/eventstore'],
      '@varve/projections': ['@varve/bus', '@varve/eventstore'],
      '@varve/http': [],
      '@varve/app-order': ['@varve/bus', '@varve/eventstore', '@varve/http', '@varve/projections'],
      '@varve/app-projector': ['@varve/bus', '@varve/eventstore', '@varve/http', '@varve/projections'],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a second build comes from the cache of Nx', async () => {
  await nx('run-many', '-t', 'build');
  expect(await nx('run-many', '-t', 'build')).toMatch(/read the output from the cache .* 6 out of 6 tasks/);
});
