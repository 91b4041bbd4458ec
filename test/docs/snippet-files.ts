import type { CodeBlock, Page } from './markdown.js';

export interface SnippetFile {
  readonly page: string;
  readonly name: string;
  readonly text: string;
  readonly runs: boolean;
  /** What the page says that the file prints when it runs. */
  readonly prints: string | undefined;
}

/**
 * The TypeScript of a page: every block belongs to a file, and the blocks of one file follow each other in it.
 *
 * ```ts file=order.ts       a part of order.ts
 * ```ts file=main.ts run    main.ts is also run
 * ```text output=main.ts    and prints this
 * ```ts ignore              not checked: a signature, or something that must not be written
 */
export function snippetFiles(page: Page): readonly SnippetFile[] {
  const names = new Set(page.blocks.filter(isChecked).map((block) => fileOf(page, block)));
  return [...names].map((name) => {
    const blocks = page.blocks.filter((block) => isChecked(block) && fileOf(page, block) === name);
    const output = page.blocks.find((block) => block.words.includes(`output=${name}`));
    const runs = blocks.some((block) => block.words.includes('run'));
    if (output && !runs)
      throw new Error(`${page.path} says what ${name} prints, but no block of it is marked "run".`);
    return { page: page.path, name, text: placed(blocks), runs, prints: output?.text };
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
