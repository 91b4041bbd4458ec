import { defineEvent, EventRegistry, type FailurePolicy } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import {
  defineProjection,
  defineReactor,
  Projector,
  validateDeclarations,
  type BusFeed,
  type HandlerReactor,
  type Projection,
  type ReadModels,
} from '@varve/projections';
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

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'with a look at versions every %s ms are refused',
    (versionCheckInterval) => {
      const log = new InMemoryEventStore();
      const options = { log, readModels: {} as ReadModels<unknown>, projections: [projection()] };
      expect(() => new Projector({ ...options, versionCheckInterval })).toThrow(/"versionCheckInterval"/);
    },
  );

  it.each([
    ['failurPolicy', { failurPolicy: { then: 'park' } }, /"failurPolicy" of a projector is unknown/],
    ['replaced', { replaced: 'delete' }, /"replaced" of a projector is "delete"\. Give "keep" or "drop"\./],
  ])('with a misspelled %s are refused', (option, wrong, message) => {
    const log = new InMemoryEventStore();
    const options = { log, readModels: {} as ReadModels<unknown>, projections: [projection()] };
    const refused = expect.objectContaining({ code: 'invalid-options', option }) as Error;
    expect(() => new Projector({ ...options, ...(wrong as object) })).toThrow(refused);
    expect(() => new Projector({ ...options, ...(wrong as object) })).toThrow(message);
  });

  it.each([[[]], ['order'], [['order-1']], [['']], [['order', 7]]])(
    'with categories that no stream has are refused: %j',
    (categories) => {
      const deaf = projection({ categories: categories as string[] });
      expect(() => validateDeclarations({ projections: [deaf] })).toThrow(
        expect.objectContaining({ code: 'invalid-options', option: 'categories' }),
      );
    },
  );

  it('that would park streams although the order between streams matters are refused', () => {
    const parking = projection({ order: 'log', failurePolicy: { then: 'park' } });
    expect(() => validateDeclarations({ projections: [parking] })).toThrow(/order 'log'/);
    const general = { projections: [projection({ order: 'log' })], failurePolicy: { then: 'park' } as const };
    expect(() => validateDeclarations(general)).toThrow(/order 'log'/);
  });

  it('with a failure policy that means nothing are refused, whoever gives it', () => {
    const skipping = { then: 'skip' } as unknown as Partial<FailurePolicy>;
    const reactor = { ...defineReactor({ name: 'mail', on: { 'order.placed': () => undefined } }) };
    for (const declared of [
      { projections: [projection({ failurePolicy: skipping })] },
      { projections: [], reactors: [{ ...reactor, failurePolicy: skipping }] },
      { projections: [projection()], failurePolicy: skipping },
    ]) {
      expect(() => validateDeclarations(declared)).toThrow(
        expect.objectContaining({ code: 'invalid-options', option: 'failurePolicy.then' }),
      );
    }
  });

  it('of a reactor that starts where nobody knows are refused', () => {
    const reactor = defineReactor({ name: 'mail', on: { 'order.placed': () => undefined } });
    const reactors = [{ ...reactor, startFrom: 'now' as 'from-now' }];
    expect(() => validateDeclarations({ projections: [], reactors })).toThrow(/"mail" has startFrom "now"/);
  });

  it('with a handler that is no function are refused: its events would be passed over', () => {
    const on = { 'order.placed': () => undefined, 'order.paid': undefined as never };
    expect(() => defineProjection({ name: 'x', version: 1, order: 'stream', on })).toThrow(
      'The projection "x" has no function for "order.paid" in "on".',
    );
    expect(() => defineReactor({ name: 'x', on })).toThrow(/reactor "x" has no function for "order.paid"/);
    expect(() => defineReactor({ name: 'x' } as HandlerReactor)).toThrow(/handles no event type/);
  });

  it.each<[string, object, string]>([
    ['misspells its categories', { on: { x: () => undefined }, catgories: ['order'] }, 'catgories'],
    ['has "on" beside applyBatch', { handles: ['x'], applyBatch: () => undefined, on: {} }, 'on'],
    ['has handles beside "on"', { on: { x: () => undefined }, handles: ['y'] }, 'handles'],
    ['has a setup that is no function', { on: { x: () => undefined }, setup: 'CREATE TABLE x' }, 'setup'],
  ])('refuses a projection that %s, by the name of what nobody would read', (_, wrong, option) => {
    const definition = { name: 'x', version: 1, order: 'stream', ...wrong } as never;
    expect(() => defineProjection(definition)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option }),
    );
  });

  it('refuses a reactor with an option that nobody would read', () => {
    const definition = { name: 'x', on: { y: () => undefined }, startfrom: 'beginning' };
    expect(() => defineReactor(definition)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'startfrom' }),
    );
  });

  it('that handle an event which nobody has registered are refused', () => {
    const registry = new EventRegistry([defineEvent('order.paid')]);
    expect(() => validateDeclarations({ projections: [projection()], registry })).toThrow(/"order.placed"/);
  });

  it.each([['order'], [[]], [['rush-order']], [['']], [[7]], [null]])(
    'of the categories %j are refused: no stream would be in them',
    (categories) => {
      const given = { categories } as never;
      const reactor = defineReactor({ name: 'mail', on: { 'order.placed': () => undefined } });
      for (const declared of [
        { projections: [projection(given)] },
        { projections: [], reactors: [{ ...reactor, ...(given as object) }] },
      ]) {
        expect(() => validateDeclarations(declared)).toThrow(
          expect.objectContaining({ code: 'invalid-options', option: 'categories' }),
        );
      }
    },
  );

  it('that handle a text in place of a list are refused', () => {
    const handles = 'order.placed' as never;
    expect(() => validateDeclarations({ projections: [projection({ handles })] })).toThrow(
      /"orders" handles "order.placed": use an array/,
    );
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

describe('declarations for read models that park nothing and are fed by nothing', () => {
  const lacks = { parking: 'keep positions', feeding: 'keep positions' };
  const readModels = { location: 'somewhere', lacks };

  it('with order "stream" are refused, with the reason and what to do', () => {
    expect(() => validateDeclarations({ projections: [projection()], readModels })).toThrow(
      "\"orders\" has order 'stream'. The read models at somewhere park no stream: they keep positions. Declare it with order 'log'.",
    );
    const declared = { projections: [projection({ order: 'log' })], readModels };
    expect(() => validateDeclarations(declared)).not.toThrow();
  });

  it('with a reactor that parks are refused, wherever it says so', () => {
    const reactor = defineReactor({ name: 'mail', on: { 'order.placed': () => undefined } });
    const parking = { ...reactor, failurePolicy: { then: 'park' } as const };
    const projections = [projection({ order: 'log', failurePolicy: { then: 'stop' } })];
    for (const declared of [
      { projections, reactors: [parking], readModels },
      { projections, reactors: [reactor], failurePolicy: { then: 'park' } as const, readModels },
    ]) {
      expect(() => validateDeclarations(declared)).toThrow(/"mail" parks what fails.*then: 'stop'/);
    }
  });

  it('with a bus are refused when the projector is made', () => {
    const feed = { bus: {} } as BusFeed;
    const make = () =>
      new Projector({
        log: new InMemoryEventStore(),
        readModels: readModels as unknown as ReadModels<unknown>,
        projections: [projection({ order: 'log' })],
        feed,
      });
    expect(make).toThrow(/"orders" is fed by a bus.*they keep positions.*follows the log alone/s);
  });
});
