import { describe, expect, test } from 'vitest';
import { contextOfEvent, currentContext, runWithContext } from '@varve/eventstore';
import { metadataFromContext } from '../../src/context/context.js';

describe('a context', () => {
  test('is seen by everything that the work awaits or starts, and by nothing else', async () => {
    const seen = await Promise.all(
      ['a', 'b'].map((correlationId) =>
        runWithContext({ correlationId }, async () => {
          await Promise.resolve();
          const inTimer = await new Promise((resolve) =>
            setImmediate(() => resolve(currentContext()?.correlationId)),
          );
          return [currentContext()?.correlationId, inTimer];
        }),
      ),
    );
    expect(seen).toStrictEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
    expect(currentContext()).toBeUndefined();
  });

  test('inside another one replaces it for as long as its work runs', () => {
    runWithContext({ correlationId: 'outer', tenant: 'acme' }, () => {
      runWithContext({ correlationId: 'inner' }, () =>
        expect(currentContext()).toStrictEqual({ correlationId: 'inner' }),
      );
      expect(currentContext()).toMatchObject({ correlationId: 'outer' });
    });
  });

  test('returns what the work returns, and throws what it throws', () => {
    expect(runWithContext({ correlationId: 'a' }, () => 7)).toBe(7);
    expect(() =>
      runWithContext({ correlationId: 'a' }, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });
});

describe('the context of an event', () => {
  const event = { stream: 'order-1', version: 3, metadata: {} };

  test('names the event as the cause, and passes everything else on', () => {
    const metadata = { correlationId: 'req-1', causationId: 'cmd-1', actor: 'ana', tenant: 'acme' };
    expect(contextOfEvent({ ...event, metadata })).toStrictEqual({ ...metadata, causationId: 'order-1@3' });
  });

  test('begins a correlation when the event has none', () => {
    expect(contextOfEvent(event)).toStrictEqual({ correlationId: 'order-1@3', causationId: 'order-1@3' });
  });
});

test('metadata holds what is set, and a key that names the prototype is a key', () => {
  const context = {
    correlationId: 'a',
    actor: undefined,
    ...(JSON.parse('{ "__proto__": "data" }') as object),
  };
  const metadata = runWithContext(context, () => metadataFromContext({ tenant: undefined, step: 1 }));
  expect(Object.entries(metadata)).toStrictEqual([
    ['correlationId', 'a'],
    ['__proto__', 'data'],
    ['step', 1],
  ]);
  expect(metadataFromContext()).toStrictEqual({});
});
