import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export interface CodeBlock {
  readonly language: string;
  /** What stands after the language: `file=order.ts run`. */
  readonly words: readonly string[];
  readonly text: string;
  /** The line of the document where the text begins, from 1. */
  readonly line: number;
}

/** A Markdown file of the repository, as far as the tests need it. */
export class Page {
  readonly blocks: readonly CodeBlock[];
  /** The lines without those of code blocks, which are empty here. */
  readonly prose: readonly string[];

  constructor(
    readonly path: string,
    text: string,
  ) {
    const lines = text.split('\n');
    this.blocks = blocksOf(lines);
    this.prose = proseOf(lines, this.blocks);
  }

  get anchors(): ReadonlySet<string> {
    return new Set(this.prose.filter((line) => /^#+ /.test(line)).map(anchorOf));
  }

  /** Targets of links that stay in the repository, as paths from its root with their anchors. */
  get links(): readonly { readonly path: string; readonly anchor: string | undefined }[] {
    const targets = this.prose.flatMap((line) =>
      [...line.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target]) => target!),
    );
    return targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => {
        const [path = '', anchor] = target.split('#');
        return { path: path === '' ? this.path : posix.join(posix.dirname(this.path), path), anchor };
      });
  }

  /** Paths in backticks that begin with a folder of the workspace. A placeholder is no path. */
  get paths(): readonly string[] {
    const quoted = this.prose.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
    return quoted.filter((text) => /^(apps|docs|libs|test|tools)\/[^\s*<>{}…]*$/.test(text));
  }
}

/** The repository's files, those that are about to be committed included. */
export function trackedFiles(...patterns: readonly string[]): readonly string[] {
  const options = ['--cached', '--others', '--exclude-standard', '--deduplicate', '-z'];
  const listed = execFileSync('git', ['ls-files', ...options, '--', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(resolve(root, path)));
}

export function readPage(path: string): Page {
  return new Page(path, readFileSync(resolve(root, path), 'utf8'));
}

function blocksOf(lines: readonly string[]): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^(`{3,})(\S*) *(.*)$/.exec(lines[at]!);
    if (!fence) continue;
    const end = lines.indexOf(fence[1]!, at + 1);
    if (end === -1) throw new Error(`A code block is not closed; it begins in line ${at + 1}.`);
    const words = fence[3]!.split(' ').filter((word) => word !== '');
    blocks.push({ language: fence[2]!, words, text: lines.slice(at + 1, end).join('\n'), line: at + 2 });
    at = end;
  }
  return blocks;
}

function proseOf(lines: readonly string[], blocks: readonly CodeBlock[]): string[] {
  const prose = [...lines];
  for (const { line, text } of blocks) prose.fill('', line - 2, line + text.split('\n').length);
  return prose;
}

/** As GitHub makes anchors of headings. */
function anchorOf(heading: string): string {
  const text = heading.replace(/^#+ /, '').toLowerCase();
  return text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/ /g, '-');
}
