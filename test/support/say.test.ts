import { expect, test } from 'vitest';
import { startChild } from './children.js';

test('what a child has said is heard, though it is killed at once and nobody was reading', async () => {
  const child = startChild(new URL('./say.child.ts', import.meta.url), ['10000']);
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(child.messages).toEqual(Array.from({ length: 10_000 }, (_, n) => ({ n })));
});
