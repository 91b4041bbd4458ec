import { defineEvent, EventRegistry } from '@varve/eventstore';
import { defineProjection, defineReactor, validateDeclarations, type Projection } from '@varve/projections';
import { describe, expect, it } from 'vitest';

const projection = (changes: Partial<Projection<unknown>> = {}): Projection<unknown> => ({
  ...defineProjection({
    name: 'orders',
    version: 1,
    order: 'stream',
    on: { 'order.placed': () => undefined },
  }),
  ...changes,
});

describe('declarations', () => {
  it.each(['', 'Orders', '1st', 'a__b', 'varve-x', 'sqlite_x', 'a'.repeat(65), 'a@b'])(
    'with the name %j are refused',
    (name) => {
      expect(() => validateDeclarations({ projections: [projection({ name })] })).toThrow(/name/);
    },
  );

  it('with one name for a projection and a reactor are refused', () => {
    const reactor = defineReactor({ name: 'orders', on: { 'order.placed': () => undefined } });
    expect(() => validateDeclarations({ projections: [projection()], reactors: [reactor] })).toThrow(
      /Two projections or reactors are called "orders"/,
    );
  });

  it.each([0, 1.5, -1, Number.NaN])('with the version %s are refused', (version) => {
    expect(() => validateDeclarations({ projections: [projection({ version })] })).toThrow(
      /version of "orders"/,
    );
  });

  it('that would park streams although the order between streams matters are refused', () => {
    const parking = projection({ order: 'log', failurePolicy: { then: 'park' } });
    expect(() => validateDeclarations({ projections: [parking] })).toThrow(/order 'log'/);
    const general = { projections: [projection({ order: 'log' })], failurePolicy: { then: 'park' } as const };
    expect(() => validateDeclarations(general)).toThrow(/order 'log'/);
  });

  it('that handle an event which nobody has registered are refused', () => {
    const registry = new EventRegistry([defineEvent('order.paid')]);
    expect(() => validateDeclarations({ projections: [projection()], registry })).toThrow(/"order.placed"/);
  });

  it('that handle nothing are refused', () => {
    expect(() => defineProjection({ name: 'x', version: 1, order: 'stream', on: {} })).toThrow(
      /handles no event/,
    );
    expect(() => validateDeclarations({ projections: [projection({ handles: [] })] })).toThrow(
      /handles no event/,
    );
  });
});
