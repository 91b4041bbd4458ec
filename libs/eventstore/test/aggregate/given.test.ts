import { describe, expect, test } from 'vitest';
import { DomainRuleError, type Decider } from '@varve/eventstore';
import { givenAggregate, givenDecider } from '@varve/eventstore/testing';
import { orderDecider, orderDefinition, orderNoted, OrderPaid, OrderPlaced, type PayOrder } from './order.js';

const pay = (amount: number): PayOrder => ({ type: 'pay', amount });

describe('a decider', () => {
  test('decides on events', () => {
    givenDecider(orderDecider).when({ type: 'place', amount: 5 }).then(new OrderPlaced(5));
    givenDecider(orderDecider, new OrderPlaced(5)).when(pay(5)).then(new OrderPaid(5));
    givenDecider(orderDecider, new OrderPlaced(5)).when({ type: 'place', amount: 5 }).then();
  });

  test('refuses with an error: by class, by error, by code, by message, by predicate', () => {
    const refused = givenDecider(orderDecider, new OrderPlaced(5), new OrderPaid(5)).when(pay(1));
    refused.then(DomainRuleError);
    refused.then(new DomainRuleError('pay-once', 'The order is paid already.'));
    for (const matcher of [
      DomainRuleError,
      Error,
      { code: 'domain-rule-violated', rule: 'pay-once' },
      { message: /paid/ },
      /paid already/,
    ]) {
      refused.thenThrows(matcher);
    }
    refused.thenThrows((error: unknown) => error instanceof DomainRuleError && error.rule === 'pay-once');
  });

  test('must understand its own events', () => {
    const forgetful: Decider<number, string, object> = {
      initial: () => 0,
      decide: () => [orderNoted.create({ note: 'x' })],
      evolve: () => {
        throw new Error('no such event');
      },
    };
    expect(() => givenDecider(forgetful).when('note').events()).toThrow(/no such event/);
  });
});

describe('an aggregate', () => {
  test('decides on events of classes and plain types', () => {
    const placed = givenAggregate(orderDefinition, '1', new OrderPlaced(5));
    placed.when((order) => order.pay(5)).then(new OrderPaid(5));
    placed.when((order) => order.note('gift')).then(orderNoted.create({ note: 'gift' }));
    placed.when((order) => order.pay(6)).thenThrows({ rule: 'pay-once' });
    placed.when(() => undefined).then();
  });

  test('must handle what it is given, and what it decides on', () => {
    const seen = { type: 'order.seen', data: {} };
    expect(() => givenAggregate(orderDefinition, '1', seen).when(() => undefined)).toThrow(
      /no handler for "order.seen"/,
    );
    const outcome = givenAggregate(orderDefinition, '1').when((order) =>
      order.getUncommittedEvents().push(seen),
    );
    expect(() => outcome.then(seen)).toThrow(/no handler for "order.seen"/);
  });

  test('is not given a promise', () => {
    const outcome = givenAggregate(orderDefinition, '1').when(() => Promise.reject(new Error('late')));
    expect(() => outcome.then()).toThrow(/returned a promise/);
  });
});

describe('what does not fit is shown', () => {
  const paid = () => givenDecider(orderDecider, new OrderPlaced(500)).when(pay(500));
  const messageOf = (check: () => void): string => {
    try {
      check();
    } catch (error) {
      return (error as Error).message;
    }
    return expect.unreachable();
  };

  test('other data, with the path to it and both lists', () => {
    expect(messageOf(() => paid().then(new OrderPaid(400)))).toBe(
      [
        'The events are not the expected ones.',
        '  event 1.data.amount: expected 400, got 500',
        '  expected:',
        '    order.paid {"amount":400}',
        '  got:',
        '    order.paid {"amount":500}',
      ].join('\n'),
    );
  });

  test('a missing event, one too many, and one of another type', () => {
    expect(messageOf(() => paid().then(new OrderPaid(500), new OrderPaid(1)))).toContain(
      'event 2 is missing',
    );
    expect(messageOf(() => paid().then())).toContain('event 1 was not expected');
    expect(messageOf(() => paid().then(new OrderPlaced(500)))).toContain(
      'event 1.type: expected "order.placed", got "order.paid"',
    );
  });

  test('metadata only where it is expected', () => {
    const noted = givenAggregate(orderDefinition, '1').when((order) =>
      order.raise(orderNoted.create({ note: 'x' }, { actor: 'ana' })),
    );
    noted.then(orderNoted.create({ note: 'x' }));
    noted.then(orderNoted.create({ note: 'x' }, { actor: 'ana' }));
    expect(messageOf(() => noted.then(orderNoted.create({ note: 'x' }, { actor: 'bob' })))).toContain(
      'metadata.actor: expected "bob", got "ana"',
    );
  });

  test('an error instead of events, and events instead of an error', () => {
    const refused = givenDecider(orderDecider).when(pay(1));
    expect(messageOf(() => refused.then(new OrderPaid(1)))).toBe(
      'The command was refused: DomainRuleError: The order is paid already.',
    );
    expect(messageOf(() => paid().then(DomainRuleError))).toContain(
      'The command was not refused.\n  got:\n    order.paid {"amount":500}',
    );
  });

  test('another error than the expected one', () => {
    const refused = givenDecider(orderDecider).when(pay(1));
    expect(messageOf(() => refused.then(TypeError))).toContain('it is no TypeError');
    expect(messageOf(() => refused.thenThrows({ rule: 'place-once' }))).toContain(
      'its rule is "pay-once", expected "place-once"',
    );
    expect(messageOf(() => refused.thenThrows(/shipped/))).toContain('does not match /shipped/');
    expect(messageOf(() => refused.thenThrows(() => false))).toContain('the predicate refuses it');
    expect(messageOf(() => refused.then(new DomainRuleError('pay-once', 'Other words.')))).toContain(
      'its message is',
    );
  });

  test('events that no log would take', () => {
    const dated = givenAggregate(orderDefinition, '1').when((order) => order.note(new Date(0) as never));
    expect(() => dated.then(orderNoted.create({ note: 'x' }))).toThrow(
      expect.objectContaining({ code: 'invalid-event', path: 'data.note' }),
    );
    expect(() => givenDecider(orderDecider, new OrderPaid(Number.NaN))).toThrow(
      expect.objectContaining({ code: 'invalid-event' }),
    );
  });

  test('an await in place of then()', async () => {
    await expect(async () => await (paid() as unknown as Promise<void>)).rejects.toThrow(/was awaited/);
  });
});
