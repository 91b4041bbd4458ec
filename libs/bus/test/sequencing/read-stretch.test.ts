import { readStretch } from '@varve/bus';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';

const MEGABYTE = 1_000_000;

test('a gap of large commits is read a few megabytes at a time, in whole commits', async () => {
  const log = new InMemoryEventStore();
  const large = { type: 'order.imported', data: { text: 'x'.repeat(MEGABYTE) } };
  for (let n = 0; n < 12; n++) await log.append('order-1', 'any', [large, large]);
  const versions: string[] = [];
  for (let from = 1; from <= 24;) {
    const commits = await readStretch(log, { stream: 'order-1', from, to: 24 });
    expect(commits.length).toBeLessThanOrEqual(3);
    versions.push(...commits.map(({ firstVersion, lastVersion }) => `${firstVersion}-${lastVersion}`));
    from = (commits.at(-1)?.lastVersion ?? Infinity) + 1;
  }
  expect(versions).toEqual(Array.from({ length: 12 }, (_, n) => `${2 * n + 1}-${2 * n + 2}`));
});
