import { InMemoryProcessorStore, type MemoryTransaction } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';

describe('InMemoryProcessorStore', () => {
  test('lets a test read the rows that its transactions have written', async () => {
    const store = new InMemoryProcessorStore();
    await store.transaction('orders@1', (tx) => tx.set('total', { cents: 5 }));
    expect(store.read('total')).toEqual({ cents: 5 });
    expect(store.read('other')).toBeUndefined();
  });

  test('shows a transaction what it has written itself, deletions included', async () => {
    const store = new InMemoryProcessorStore();
    await store.transaction('orders@1', (tx) => {
      tx.set('row a', 1);
      tx.set('row b', 2);
    });
    await store.transaction('orders@1', (tx) => {
      tx.delete('row a');
      tx.set('row c', 3);
      expect([tx.get('row a'), tx.get('row b'), tx.get('row c')]).toEqual([undefined, 2, 3]);
      expect(tx.keys('row')).toEqual(['row b', 'row c']);
    });
    expect([store.read('row a'), store.read('row c')]).toEqual([undefined, 3]);
  });

  test('shares no row with whoever wrote it', async () => {
    const store = new InMemoryProcessorStore();
    const row = { items: ['a'] };
    await store.transaction('orders@1', (tx) => {
      tx.set('row', row);
      row.items.push('b');
    });
    expect(store.read('row')).toEqual({ items: ['a'] });
  });

  test('refuses a transaction that was kept beyond its end', async () => {
    const store = new InMemoryProcessorStore();
    let kept: MemoryTransaction | undefined;
    await store.transaction('orders@1', (tx) => void (kept = tx));
    expect(() => kept?.set('row', 1)).toThrow('The transaction is over');
  });
});
