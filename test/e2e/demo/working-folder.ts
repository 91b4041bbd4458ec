import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { getSystemErrorMessage } from 'node:util';
import { INTERRUPTED } from './app-process.ts';
import { Refusal } from './refusal.ts';

/** Where the demo keeps its files: they stay when the story is told, to be looked at, and go with a demo that is interrupted. */
export function workingFolder(): string {
  const folder = created();
  process.once('exit', (code) => {
    if (Object.values<number>(INTERRUPTED).includes(code))
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  return folder;
}

function created(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'varve-demo-'));
  } catch (error) {
    const { errno, message } = error as NodeJS.ErrnoException;
    const why = errno === undefined ? message : getSystemErrorMessage(errno);
    throw new Refusal(
      `The demo can make no folder in ${tmpdir()}: ${why}. Set TMPDIR to one that it can write to.`,
      1,
    );
  }
}
