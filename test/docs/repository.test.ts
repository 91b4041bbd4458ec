import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPage, root, trackedFiles, type Page } from './markdown.js';

const pages = trackedFiles('*.md');

describe.each(pages)('%s', (path) => {
  const page = readPage(path);

  test('links to what is there', () => {
    const broken = page.links.filter((link) => {
      if (!existsSync(join(root, link.path))) return true;
      return (
        link.anchor !== undefined &&
        link.path.endsWith('.md') &&
        !readPage(link.path).anchors.has(link.anchor)
      );
    });
    expect(broken).toEqual([]);
  });

  test('names folders and files that are there', () => {
    expect(page.paths.filter((named) => !existsSync(join(root, named)))).toEqual([]);
  });

  test('names npm scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...textOf(page).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, script]) => script!);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('runs programs from where the compiler puts them', () => {
    const run = [...textOf(page).matchAll(/\bnode ([\w./-]+\.js)\b/g)].map(([, program]) => program!);
    expect(run.filter((program) => !/(^|\/)dist\//.test(program))).toEqual([]);
  });

  test('says what its servers need', () => {
    if (!/NestFactory\.create\(/.test(textOf(page))) return;
    expect(textOf(page)).toContain('npm i @nestjs/platform-express');
  });
});

function textOf({ prose, blocks }: Page): string {
  return [...prose, ...blocks.map(({ text }) => text)].join('\n');
}

test('the README answers the eight questions of a newcomer with a path each', () => {
  const page = readPage('README.md');
  const from = page.prose.findIndex((line) => /^#+ .*the tree is the map/i.test(line));
  expect(from, 'a heading "The tree is the map"').not.toBe(-1);
  const length = page.prose.slice(from + 1).findIndex((line) => line.startsWith('#'));
  const section = page.prose.slice(from + 1, length === -1 ? undefined : from + 1 + length);
  const answers = section.filter((line) => /^\|.*`(apps|docs|libs|test)\/[^`]+`/.test(line));
  expect(answers.length).toBeGreaterThanOrEqual(8);
});

test('a command of a package stands in the repository: before a build, npm links nothing that a build would make', () => {
  const commands = trackedFiles('libs/*/package.json').flatMap((path) => {
    const { bin = {} } = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
      bin?: Record<string, string>;
    };
    return Object.values(bin).map((file) => join(dirname(path), file));
  });
  expect(commands).toEqual(['libs/projections/bin/varve.js']);
  expect(trackedFiles(...commands)).toEqual(commands);
  const help = execFileSync(process.execPath, [...commands, '--help'], { cwd: root, encoding: 'utf8' });
  expect(help).toContain('Usage: varve');
});

test('no file names a machine, a registry or something left to do', () => {
  // Joined here, so that this file does not find itself.
  const left = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|');
  const home = ['/' + 'work/', '/' + 'root/', '/' + 'home/\\w', '/' + 'Users/\\w'].join('|');
  const hosts = ['://[\\w.-]*regis' + 'try', '"resolved": ' + '"http'].join('|');
  const forbidden = new RegExp(`\\b(${left})\\b|(?<![\\w.])(${home})|(${hosts})`);
  const found = trackedFiles('*').flatMap((path) => {
    const lines = readFileSync(join(root, path), 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      forbidden.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
    );
  });
  expect(found).toEqual([]);
});

test('the glossary says each word once', () => {
  const words = readPage('docs/glossary.md').prose.flatMap((line) => {
    const [, cell = ''] = line.split('|');
    return [...cell.matchAll(/\*\*([^*]+)\*\*/g)].map(([, word]) => word!);
  });
  expect(words.length).toBeGreaterThan(40);
  expect(words.filter((word, at) => words.indexOf(word) < at)).toEqual([]);
});
