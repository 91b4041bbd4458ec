import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PayloadTexts } from '../../src/adapter/payload-text.js';
import type { NewEvent } from '../../src/log/event.js';

const one = (type: string, data: unknown): string => JSON.stringify([{ type, data }]);

function read(...texts: readonly string[]): { events: readonly NewEvent[]; counts: readonly number[] } {
  const payloads = new PayloadTexts('order-1');
  const events: NewEvent[] = [];
  return { counts: texts.map((text) => payloads.addTo(events, text)), events };
}

describe('the texts of a stream', () => {
  /** Few types, one of them with all that JSON escapes, so that many a text begins like the one before it. */
  const type = fc.constantFrom('order.paid', 'order.placed', 'a "quoted"\\\n\u2028 type');
  const data = fc.oneof(
    fc.jsonValue({ depthSize: 'small' }),
    fc.constantFrom('"}]', '},{"type":"order.paid","data":1', { metadata: { data: [{}] } }, null, ''),
  );
  const metadata = fc.option(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }), { nil: undefined });
  const event = fc.record(
    { type, data, metadata, schemaVersion: fc.integer({ min: 1, max: 3 }) },
    { requiredKeys: ['type', 'data'] },
  );
  const bare = fc.record({ type, data });

  test('give the events that they hold, whatever came before them', () => {
    const commit = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(bare) },
      { weight: 1, arbitrary: fc.array(event, { minLength: 1, maxLength: 3 }) },
    );
    fc.assert(
      fc.property(fc.array(commit, { maxLength: 12 }), (commits) => {
        const texts = commits.map((events) => JSON.stringify(events));
        const { events, counts } = read(...texts);
        expect(events).toEqual(texts.flatMap((text) => JSON.parse(text) as NewEvent[]));
        expect(counts).toEqual(commits.map(({ length }) => length));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ...[
      '[{"type":"a","data":1',
      '[{"type":"a","data":1}',
      '[{"type":"a","data":1]}',
      '[{"type":"a","data":1}}',
    ],
    ...[
      '[{"type":"a","data":}]',
      '[{"type":"a","data":1}]]',
      '[{"type":"a","data":1,2}]',
      '[{"type":"a","data":',
    ],
  ])('%s is not taken for an event because it begins like the one before it', (text) => {
    expect(() => read(one('a', 0), text)).toThrow(
      expect.objectContaining({
        code: 'event-undecodable',
        message: expect.stringContaining('"order-1"') as string,
      }),
    );
  });
});
