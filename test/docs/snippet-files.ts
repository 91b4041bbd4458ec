import type { CodeBlock, Page } from './markdown.js';

export interface SnippetFile {
  readonly page: string;
  readonly name: string;
  readonly text: string;
  /** `anywhere`, or the server that it needs, which `npm run test:services` has. */
  readonly runs: RunsOn | undefined;
  /** What the page says that the file prints when it runs. */
  readonly prints: string | undefined;
}

export type RunsOn = 'anywhere' | 'mongodb' | 'mongodb-with-transactions';

/** What stands after the language of a block that is to run. */
const RUN: Readonly<Record<string, RunsOn>> = {
  run: 'anywhere',
  'run=mongodb': 'mongodb',
  'run=mongodb-with-transactions': 'mongodb-with-transactions',
};

/**
 * The TypeScript of a page: every block belongs to a file, and the blocks of one file follow each other in it.
 *
 * ```ts file=order.ts               a part of order.ts
 * ```ts file=main.ts run            main.ts is also run
 * ```ts file=main.ts run=mongodb    likewise, on a server
 * ```text output=main.ts            and prints this
 * ```ts ignore                      not checked: a signature, or something that must not be written
 */
export function snippetFiles(page: Page): readonly SnippetFile[] {
  const names = new Set(page.blocks.filter(isChecked).map((block) => fileOf(page, block)));
  return [...names].map((name) => {
    const blocks = page.blocks.filter((block) => isChecked(block) && fileOf(page, block) === name);
    const output = page.blocks.find((block) => block.words.includes(`output=${name}`));
    const [runs] = blocks.flatMap((block) => runsOf(page, block));
    if (output && !runs)
      throw new Error(`${page.path} says what ${name} prints, but no block of it is marked "run".`);
    return { page: page.path, name, text: placed(blocks), runs, prints: output?.text };
  });
}

function runsOf(page: Page, { words, line }: CodeBlock): RunsOn[] {
  return words
    .filter((word) => /^run\b/.test(word))
    .map((word) => {
      const runs = RUN[word];
      if (runs) return runs;
      throw new Error(
        `The block in ${page.path}, line ${line}, says ${word}: known are ${Object.keys(RUN).join(', ')}.`,
      );
    });
}

function isChecked(block: CodeBlock): boolean {
  return ['ts', 'typescript'].includes(block.language) && !block.words.includes('ignore');
}

function fileOf(page: Page, block: CodeBlock): string {
  const name = block.words.find((word) => word.startsWith('file='))?.slice('file='.length);
  if (name !== undefined) return name;
  throw new Error(`The block in ${page.path}, line ${block.line}, says neither file=name.ts nor ignore.`);
}

/** Each block stands in the file at its line of the page, so that the compiler's messages point there. */
function placed(blocks: readonly CodeBlock[]): string {
  const lines: string[] = [];
  for (const { text, line } of blocks) {
    while (lines.length < line - 1) lines.push('');
    lines.push(...text.split('\n'));
  }
  return `${lines.join('\n')}\n`;
}
