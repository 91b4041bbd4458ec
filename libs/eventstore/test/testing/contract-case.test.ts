import { eventStoreContract, inMemoryHarness, whyNot } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';

const reopening = eventStoreContract.find(({ needs }) => needs.includes('reopen'))!;

describe('A contract case', () => {
  test('says why it cannot run against an adapter that lacks what it needs', () => {
    expect(whyNot(reopening, { lacks: { reopen: 'it forgets' } })).toBe('lacks reopen: it forgets');
    expect(whyNot(reopening, { lacks: { second: 'it is alone' } })).toBeUndefined();
    expect(whyNot(reopening, {})).toBeUndefined();
  });

  test('fails when the harness neither has nor lacks what it needs', async () => {
    const harness = inMemoryHarness();
    const open = async () => {
      const { store, dispose } = await harness.open();
      return { store, dispose };
    };
    await expect(reopening.run({ open })).rejects.toThrow('This case needs "reopen"');
  });

  test('disposes of the store when it fails', async () => {
    const harness = inMemoryHarness();
    let disposed = 0;
    const open = async () => {
      const { store } = await harness.open();
      await store.close();
      return { store, dispose: async () => void (disposed += 1) };
    };
    await expect(eventStoreContract[0]!.run({ open })).rejects.toMatchObject({ code: 'store-closed' });
    expect(disposed).toBe(1);
  });
});
