import { describe, expect, test } from 'vitest';
import { compile } from './compile.js';
import { Page } from './markdown.js';
import { snippetFiles } from './snippet-files.js';

function pageOf(...blocks: readonly (readonly [info: string, text: string])[]): Page {
  return new Page(
    'docs/guides/seeded.md',
    blocks.map(([info, text]) => `\`\`\`${info}\n${text}\n\`\`\``).join('\n\n'),
  );
}

describe('a page of the documentation', () => {
  test('builds up a file block by block', () => {
    const page = pageOf(
      ['ts file=a.ts', 'const a = 1;'],
      ['sh', 'ls'],
      ['ts file=a.ts run', 'console.log(a);'],
    );
    const [file] = snippetFiles(page);
    expect(file).toMatchObject({ name: 'a.ts', runs: 'anywhere' });
    expect(file!.text.split('\n').filter((line) => line !== '')).toEqual(['const a = 1;', 'console.log(a);']);
  });

  test('says on which server a file runs, if it needs one', () => {
    const [file] = snippetFiles(
      pageOf(['ts file=a.ts run=mongodb', 'console.log(1);'], ['text output=a.ts', '1']),
    );
    expect(file).toMatchObject({ runs: 'mongodb', prints: '1' });
    expect(() => snippetFiles(pageOf(['ts file=a.ts run=papyrus', 'console.log(1);']))).toThrow(
      'run=papyrus',
    );
  });

  test('cannot leave TypeScript unchecked without saying so', () => {
    expect(() => snippetFiles(pageOf(['ts', 'const a = 1;']))).toThrow('docs/guides/seeded.md, line 2');
    expect(snippetFiles(pageOf(['ts ignore', 'const a = 1;']))).toEqual([]);
  });

  test('cannot show the output of a file that does not run', () => {
    const page = pageOf(['ts file=a.ts', 'const a = 1;'], ['text output=a.ts', '1']);
    expect(() => snippetFiles(page)).toThrow('a.ts');
  });

  test('is told the line of a mistake', () => {
    const files = snippetFiles(pageOf(['ts file=a.ts', 'export const a: string = 1;']));
    expect(compile(files)).toEqual([expect.stringMatching(/^docs\/guides\/seeded\/a\.ts:2 Type 'number'/)]);
  });
});
