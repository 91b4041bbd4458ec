import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LaneEntry } from '../../src/kafka/consume/lane-entry.js';
import { PartitionLane } from '../../src/kafka/consume/partition-lane.js';
import type { IncomingRecord, RecordBatch } from '../../src/kafka/driver/kafka-driver.js';

function aRecord(offset: number, key: string | undefined = 'a', bytes = 100): IncomingRecord {
  return { offset, key, value: new Uint8Array(1), headers: {}, bytes, keep: () => undefined };
}

function aBatch(...records: readonly IncomingRecord[]): RecordBatch {
  return { topic: 'orders', partition: 0, records };
}

function aLane(order: 'key' | 'none' = 'key'): PartitionLane {
  const settling = { done: () => undefined, failed: () => undefined };
  return new PartitionLane({ topic: 'orders', partition: 0 }, order === 'key', settling);
}

function readyOf(lane: PartitionLane): LaneEntry[] {
  const entries: LaneEntry[] = [];
  for (let entry = lane.takeReady(); entry; entry = lane.takeReady()) entries.push(entry);
  return entries;
}

function offsetsOf(entries: readonly LaneEntry[]): number[] {
  return entries.map(({ record }) => record.offset);
}

describe('A lane', () => {
  test('makes the records of a key ready one after the other, and those of other keys at once', () => {
    const lane = aLane();
    lane.take(aBatch(aRecord(0), aRecord(1), aRecord(2, 'b')));
    const [first, other] = readyOf(lane);
    expect(offsetsOf([first!, other!])).toEqual([0, 2]);
    expect(readyOf(lane)).toEqual([]);
    lane.done(first!);
    expect(offsetsOf(readyOf(lane))).toEqual([1]);
  });

  test('makes all records ready at once without an order, and those without a key in any case', () => {
    const lane = aLane('none');
    lane.take(aBatch(aRecord(0), aRecord(1)));
    expect(offsetsOf(readyOf(lane))).toEqual([0, 1]);
    const ordered = aLane();
    ordered.take(aBatch({ ...aRecord(0), key: undefined }, { ...aRecord(1), key: undefined }));
    expect(offsetsOf(readyOf(ordered))).toEqual([0, 1]);
  });

  test('may be committed up to the first record that is not done', () => {
    const lane = aLane('none');
    lane.take(aBatch(aRecord(10), aRecord(12), aRecord(13)));
    const [first, second, third] = readyOf(lane);
    expect(lane.committable).toBeUndefined();
    lane.done(second!);
    expect(lane.committable).toBeUndefined();
    lane.done(first!);
    expect(lane.committable).toBe(13);
    lane.committedUpTo(13);
    expect(lane.committable).toBeUndefined();
    lane.done(third!);
    expect(lane.committable).toBe(14);
  });

  test('is full by bytes, by records, and by what is done ahead of one that is not', () => {
    const byBytes = aLane();
    byBytes.take(aBatch(aRecord(0, 'a', 3_000_000)));
    expect(byBytes.isFull).toBe(true);
    const ahead = aLane('none');
    const filled = (from: number) => Array.from({ length: 4_900 }, (_, index) => aRecord(from + index));
    let blocking: LaneEntry | undefined;
    for (const from of [0, 4_900, 9_800]) {
      expect(ahead.isFull).toBe(false);
      ahead.take(aBatch(...filled(from)));
      for (const entry of readyOf(ahead)) {
        if (entry.record.offset > 0) ahead.done(entry);
        else blocking = entry;
      }
    }
    expect([ahead.isFull, ahead.hasRoom]).toEqual([true, false]);
    ahead.done(blocking!);
    expect([ahead.isFull, ahead.hasRoom, ahead.committable]).toEqual([false, true, 14_700]);
  });

  test('goes on after a rebalance that has left the partition here, and takes nothing twice', () => {
    const lane = aLane();
    lane.take(aBatch(aRecord(5), aRecord(6, 'b'), aRecord(7, 'c')));
    const [first] = readyOf(lane);
    lane.done(first!);
    lane.isRejoined = true;
    for (const offset of [5, 6]) expect(lane.continues(aBatch(aRecord(offset)))).toBe(true);
    lane.take(aBatch(aRecord(5), aRecord(6, 'b'), aRecord(7, 'c'), aRecord(8, 'd')));
    expect(offsetsOf(readyOf(lane))).toEqual([8]);
  });

  test('is void when somebody else has had the partition, or its offsets were set back', () => {
    const lane = aLane();
    lane.take(aBatch(aRecord(5), aRecord(6, 'b')));
    lane.done(readyOf(lane)[0]!);
    lane.committedUpTo(6);
    lane.isRejoined = true;
    expect(lane.continues(aBatch(aRecord(7)))).toBe(false);
    expect(lane.continues(aBatch(aRecord(5)))).toBe(false);
    expect(lane.continues(aBatch(aRecord(6)))).toBe(true);
    lane.isRejoined = false;
    expect(lane.continues(aBatch(aRecord(6)))).toBe(false);
  });

  test('loses no record and keeps the order of each key, whatever fails and in whatever order handlers end', () => {
    const actions = fc.array(fc.record({ pick: fc.nat(), fails: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 40 }),
        actions,
        (keys, steps) => {
          const lane = aLane();
          lane.take(aBatch(...keys.map((key, offset) => aRecord(offset, key))));
          const running: LaneEntry[] = [];
          const done: { readonly key: string; readonly offset: number }[] = [];
          const step = ({ pick, fails }: { readonly pick: number; readonly fails: boolean }): void => {
            running.push(...readyOf(lane));
            const [entry] = running.splice(pick % running.length, 1);
            if (!entry) return;
            if (fails) {
              lane.again(entry);
              return;
            }
            done.push({ key: entry.record.key!, offset: entry.record.offset });
            lane.done(entry);
          };
          steps.forEach(step);
          while (done.length < keys.length) step({ pick: 0, fails: false });
          for (const key of ['a', 'b', 'c']) {
            const offsets = done.filter((one) => one.key === key).map(({ offset }) => offset);
            expect(offsets).toEqual(keys.flatMap((one, offset) => (one === key ? [offset] : [])));
          }
          expect(lane.committable).toBe(keys.length);
        },
      ),
    );
  });
});
