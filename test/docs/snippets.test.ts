import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temp-dir.js';
import { compile } from './compile.js';
import { readPage, trackedFiles } from './markdown.js';
import { runSnippet } from './run-snippet.js';
import { snippetFiles } from './snippet-files.js';

const pages = trackedFiles('README.md', 'docs/guides/*.md', 'libs/*/README.md');
const files = pages.map(readPage).flatMap(snippetFiles);

describe('the TypeScript in the documentation', () => {
  let complaints: readonly string[] = [];
  beforeAll(() => {
    complaints = compile(files);
  });

  test('compiles, all of it', () => {
    expect(complaints).toEqual([]);
  });

  const running = files
    .filter(({ runs }) => runs === 'anywhere')
    .map((file) => ({ ...file, title: `${file.page}: ${file.name}` }));
  test.each(running)(
    '$title runs and prints what the page says',
    async (file) => {
      const printed = await runSnippet(file, { cwd: temporaryFolder() });
      if (file.prints !== undefined) expect(printed).toBe(file.prints.trimEnd());
    },
    70_000,
  );
});
