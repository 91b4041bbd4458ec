import { describe, expect, it } from 'vitest';
import { EventUndecodableError, UnknownEventTypeError, type RecordedEvent } from '@varve/eventstore';
import { Fixture, listing, reacting, settle } from './support/fixture.js';

const KNOWN = ['placed', 'paid'];

function decode(event: RecordedEvent): readonly RecordedEvent[] {
  if (KNOWN.includes(event.type)) return [event];
  throw new UnknownEventTypeError(event.type, `${event.stream}@${event.version}`);
}

async function withNews(): Promise<Fixture> {
  const fixture = new Fixture();
  await fixture.append('order-1', 'placed');
  await fixture.append('order-2', 'placed', 'novelty', 'paid');
  await fixture.append('order-3', 'placed');
  return fixture;
}

describe('an event that this code cannot decode', () => {
  it('stops the processor in front of its commit, with all before it applied, even if failures park', async () => {
    const fixture = await withNews();
    const processor = fixture.processor({ decode, failurePolicy: { then: 'park' } });
    expect(await settle(processor)).toMatchObject({ kind: 'stopped', error: { code: 'unknown-event-type' } });
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    expect(await fixture.position()).toBe(1);
    expect(await fixture.store.listParked('orders@1')).toEqual([]);
  });

  it('is skipped alone, and on record, if that is the declared policy', async () => {
    const fixture = await withNews();
    await settle(fixture.processor({ decode, onUndecodable: 'skip' }));
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1, 3], 'order-3': [1] });
    expect(await fixture.store.listSkipped('orders@1')).toMatchObject([
      { stream: 'order-2', firstVersion: 2, lastVersion: 2, reason: expect.stringContaining('novelty') },
    ]);
    expect(fixture.announced('skipped')).toMatchObject([{ stream: 'order-2', firstVersion: 2 }]);
  });

  it('is on record once when the batch around it was applied commit by commit', async () => {
    const fixture = await withNews();
    await fixture.append('order-9', 'novelty');
    await settle(fixture.processor({ decode, onUndecodable: 'skip', handler: reacting(() => undefined) }));
    expect(await fixture.store.listSkipped('orders@1')).toMatchObject([
      { stream: 'order-2' },
      { stream: 'order-9' },
    ]);
  });

  it('keeps a stream parked that waits with it, until the code knows it', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.append('order-1', 'novelty');
    const failurePolicy = { retries: 0, then: 'park' } as const;
    const old = fixture.processor({ decode, failurePolicy, handler: listing(() => true) });
    await settle(old);
    await old.stop();
    await fixture.store.request('orders@1', 'order-1', 'retry');
    const mended = fixture.processor({ decode, failurePolicy });
    await settle(mended);
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    expect(await fixture.store.listParked('orders@1')).toMatchObject([
      { nextVersion: 2, errorCode: 'unknown-event-type' },
    ]);
    await mended.stop();
    await fixture.store.request('orders@1', 'order-1', 'retry');
    await settle(fixture.processor({ failurePolicy }));
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
  });

  it('is on record as skipped also when its parked stream is retried', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.append('order-1', 'novelty');
    const options = { decode, onUndecodable: 'skip', failurePolicy: { retries: 0, then: 'park' } } as const;
    const old = fixture.processor({ ...options, handler: listing(() => true) });
    await settle(old);
    await old.stop();
    await fixture.store.request('orders@1', 'order-1', 'retry');
    await settle(fixture.processor(options));
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    expect(await fixture.store.listSkipped('orders@1')).toMatchObject([{ firstVersion: 2, lastVersion: 2 }]);
    expect(await fixture.store.listParked('orders@1')).toEqual([]);
  });

  it('does not matter to a processor that did not ask for its type', async () => {
    const fixture = await withNews();
    await settle(fixture.processor({ decode, filter: { types: KNOWN } }));
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1, 3], 'order-3': [1] });
  });

  it('stops the processor at once, without retries, when it is the handler that finds it', async () => {
    const fixture = await withNews();
    const handler = reacting((event) => {
      if (event.type === 'novelty') throw new EventUndecodableError(event.type, 'order-2@2', 'no total');
    });
    const result = await settle(fixture.processor({ handler, failurePolicy: { then: 'park' } }));
    expect(result).toMatchObject({ kind: 'stopped', error: { code: 'event-undecodable' } });
    expect(fixture.announced('retrying')).toEqual([]);
  });

  it('skips the whole commit, on record, when the handler finds it and the policy is to skip', async () => {
    const fixture = await withNews();
    const handler = reacting((event) => {
      if (event.type === 'novelty') throw new EventUndecodableError(event.type, 'order-2@2', 'no total');
    });
    expect(await settle(fixture.processor({ handler, onUndecodable: 'skip' }))).toMatchObject({
      position: 3,
    });
    expect(await fixture.store.listSkipped('orders@1')).toMatchObject([{ firstVersion: 1, lastVersion: 3 }]);
  });

  it('reaches the handler as what it was decoded to: none, one or several events', async () => {
    const fixture = await withNews();
    const seen: string[] = [];
    const decoded = (event: RecordedEvent): readonly RecordedEvent[] => {
      if (event.type === 'placed') return [];
      return event.type === 'paid'
        ? [event]
        : [
            { ...event, part: 0 },
            { ...event, part: 1 },
          ];
    };
    await settle(
      fixture.processor({
        decode: decoded,
        handler: reacting((event) => void seen.push(`${event.type} ${event.part ?? '-'}`)),
      }),
    );
    expect(seen).toEqual(['novelty 0', 'novelty 1', 'paid -']);
  });
});
