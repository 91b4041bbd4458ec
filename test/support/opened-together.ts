import Database from 'better-sqlite3';
import { join } from 'node:path';
import { vi } from 'vitest';
import { temporaryFolder } from './temp-dir.js';

interface Closes {
  close(): Promise<void>;
}

/** Opens a new file as often as `open` asks SQLite for something, each time with another opening of the file right behind one of the questions. */
export async function openedTogether(open: (file: string) => Promise<Closes>): Promise<number> {
  const original = Object.getOwnPropertyDescriptor(Database.prototype, 'pragma')!;
  const pragma = original.value as (...args: unknown[]) => unknown;
  for (let at = 1; ; at++) {
    const file = join(temporaryFolder(), 'new.db');
    let asked = 0;
    let other: Promise<Closes> | undefined;
    const spy = vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: object, ...args) {
      const answer = pragma.apply(this, args);
      asked += 1;
      if (asked === at) other = open(file);
      return answer;
    });
    try {
      const opened = await Promise.allSettled([open(file), other]);
      for (const one of opened) {
        if (one.status === 'rejected') throw one.reason;
        await one.value?.close();
      }
    } finally {
      spy.mockRestore();
    }
    if (!other) return at - 1;
  }
}
