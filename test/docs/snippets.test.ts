import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temp-dir.js';
import { compile, pathOf } from './compile.js';
import { readPage, trackedFiles } from './markdown.js';
import { snippetFiles } from './snippet-files.js';

const pages = trackedFiles('README.md', 'docs/guides/*.md', 'libs/*/README.md');
const files = pages.map(readPage).flatMap(snippetFiles);
const run = promisify(execFile);

describe('the TypeScript in the documentation', () => {
  let complaints: readonly string[] = [];
  beforeAll(() => {
    complaints = compile(files);
  });

  test('compiles, all of it', () => {
    expect(complaints).toEqual([]);
  });

  const running = files
    .filter((file) => file.runs)
    .map((file) => ({ ...file, title: `${file.page}: ${file.name}` }));
  test.each(running)(
    '$title runs and prints what the page says',
    async (file) => {
      const script = pathOf(file).replace(/\.ts$/, '.js');
      const { stdout } = await run(process.execPath, [script], { cwd: temporaryFolder(), timeout: 60_000 });
      if (file.prints !== undefined) expect(stdout.trimEnd()).toBe(file.prints.trimEnd());
    },
    70_000,
  );
});
