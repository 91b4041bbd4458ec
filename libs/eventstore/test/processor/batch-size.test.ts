import type { LogReader } from '@varve/eventstore';
import { describe, expect, it } from 'vitest';
import { Fixture, intercept, listing, settle } from './support/fixture.js';

/** A processor whose transactions take as long as the test says for each commit. */
async function sizesAt(millisecondsEach: number, steps: number): Promise<number[]> {
  const fixture = new Fixture();
  for (let commit = 1; commit <= 200; commit += 1) await fixture.append('order-1', 'changed');
  const { apply } = listing();
  const processor = fixture.processor({
    batch: { initial: 16, max: 64, targetDuration: 25 },
    handler: {
      effects: 'in-transaction',
      apply(commits, tx) {
        fixture.time.sleep(commits.length * millisecondsEach);
        return apply(commits, tx);
      },
    },
  });
  const sizes: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    await processor.runOnce();
    sizes.push(processor.status().batchSize);
  }
  return sizes;
}

describe('the size of a batch', () => {
  it('doubles while transactions are quick, up to the bound', async () => {
    expect(await sizesAt(0.1, 3)).toEqual([32, 64, 64]);
  });

  it('halves while transactions are slow, down to one commit', async () => {
    expect(await sizesAt(60, 6)).toEqual([8, 4, 2, 1, 1, 1]);
  });

  it('stays where a transaction takes what it should', async () => {
    expect(await sizesAt(1.5, 3)).toEqual([16, 16, 16]);
  });

  it('does not count the wait for other writers, which smaller batches would only make longer', async () => {
    const fixture = new Fixture();
    for (let commit = 1; commit <= 200; commit += 1) await fixture.append('order-1', 'changed');
    const store = intercept(fixture.store, 'transaction', () => fixture.time.sleep(200));
    const processor = fixture.processor({ store, batch: { initial: 16, max: 64, targetDuration: 25 } });
    const sizes: number[] = [];
    for (let step = 0; step < 3; step += 1) {
      await processor.runOnce();
      sizes.push(processor.status().batchSize);
    }
    expect(sizes).toEqual([32, 64, 64]);
  });

  it('grows again to the size of the first one, however long the log takes to answer', async () => {
    const fixture = new Fixture();
    for (let commit = 1; commit <= 200; commit += 1) await fixture.append('order-1', 'changed');
    let each = 60;
    const { apply } = listing();
    const processor = fixture.processor({
      log: intercept<LogReader>(fixture.log, 'commitAt', () => fixture.time.sleep(150)),
      batch: { initial: 16, max: 64, targetDuration: 25 },
      handler: {
        effects: 'in-transaction',
        apply(commits, tx) {
          fixture.time.sleep(commits.length * each);
          return apply(commits, tx);
        },
      },
    });
    const sizes: number[] = [];
    for (let step = 0; step < 9; step += 1) {
      await processor.runOnce();
      sizes.push(processor.status().batchSize);
      if (sizes.length === 4) each = 0.1;
    }
    expect(sizes).toEqual([8, 4, 2, 1, 2, 4, 8, 16, 16]);
  });

  it('does not grow on what happens to be a small remainder', async () => {
    const fixture = new Fixture();
    const processor = fixture.processor({ batch: { initial: 16 } });
    for (let commit = 1; commit <= 3; commit += 1) {
      await fixture.append('order-1', 'changed');
      await settle(processor);
    }
    expect(processor.status().batchSize).toBe(16);
  });
});
