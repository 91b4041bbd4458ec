import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temp-dir.js';
import { readPage, root } from './markdown.js';

interface Row {
  readonly claim: string;
  /** Each `path/to.test.ts` with the names in *italics* that follow it. */
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const rows = readPage('docs/guarantees.md')
  .prose.filter((line) => /^\|.*\.test\.ts`/.test(line))
  .map(rowOf);

describe('the guarantees', () => {
  const known = new Map<string, string[]>();
  beforeAll(async () => {
    const vitest = join(root, 'node_modules/.bin/vitest');
    const files = new Set(rows.flatMap(({ tests }) => tests.map(({ file }) => file)));
    const list = join(temporaryFolder(), 'tests.json');
    // To a file: what suites say of themselves goes to standard output.
    const command = [vitest, 'list', `--json=${list}`, '--no-static-parse', ...files];
    await promisify(execFile)(process.execPath, command, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    for (const { file, name } of JSON.parse(readFileSync(list, 'utf8')) as { file: string; name: string }[]) {
      const path = relative(root, file);
      known.set(path, [...(known.get(path) ?? []), name]);
    }
    // Servers of suites that ask them what they can do are built here, when they have never been.
  }, 280_000);

  test('are written down', () => {
    expect(rows.length).toBeGreaterThanOrEqual(9);
  });

  test.each(rows)('$claim', ({ tests }) => {
    expect(tests).not.toEqual([]);
    const missing = tests.filter(({ file, name }) => !known.get(file)?.some((title) => title.includes(name)));
    expect(missing).toEqual([]);
  });
});

function rowOf(line: string): Row {
  const parts = line.split(/`([^`]+\.test\.ts)`/);
  const tests = [];
  for (let at = 1; at < parts.length; at += 2) {
    const names = [...parts[at + 1]!.matchAll(/\*([^*]+)\*/g)].map(([, name]) => name!);
    if (names.length === 0)
      throw new Error(`docs/guarantees.md names no test of ${parts[at]!}: write it in *italics* behind it.`);
    tests.push(...names.map((name) => ({ file: parts[at]!, name })));
  }
  return { claim: line.slice(0, 100), tests };
}
