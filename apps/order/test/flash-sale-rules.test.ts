import 'reflect-metadata';
import { aggregateDefinitionOf } from '@varve/eventstore/nest';
import { givenAggregate } from '@varve/eventstore/testing';
import { describe, expect, it } from 'vitest';
import { StockOpened, StockReserved } from '../src/flash-sale/stock-events.js';
import type { StockRule } from '../src/flash-sale/stock-rules.js';
import { Stock } from '../src/flash-sale/stock.js';

const opened = new StockOpened('lamp', 3);
const definition = aggregateDefinitionOf(Stock);

const given = (...history: object[]) => ({
  when: (decide: (stock: Stock) => void) => {
    const outcome = givenAggregate(definition, 'lamp', ...history).when(decide);
    return {
      then: (...events: object[]) => {
        outcome.then(...events);
      },
      refuses: (rule: StockRule) => {
        outcome.thenThrows({ code: 'domain-rule-violated', rule });
      },
    };
  },
});

const open = (stock: Stock) => {
  stock.open(3);
};
const reserve = (orderId: string, pieces: number) => (stock: Stock) => {
  stock.reserve({ orderId, customerId: 'maria', pieces });
};
const reserved = (orderId: string, pieces: number) => new StockReserved(orderId, 'maria', pieces);

describe('a flash sale', () => {
  it('is opened with its pieces', () => given().when(open).then(opened));

  it('stays as it is when it is opened again', () => {
    given(opened).when(open).then();
    given(opened)
      .when((stock) => {
        stock.open(4);
      })
      .refuses('already-open');
  });

  it('gives pieces to whoever orders them while there are some', () => {
    given(opened).when(reserve('o1', 2)).then(reserved('o1', 2));
    given(opened, reserved('o1', 2)).when(reserve('o2', 1)).then(reserved('o2', 1));
  });

  it('sells no piece twice', () => {
    given(opened, reserved('o1', 3)).when(reserve('o2', 1)).refuses('sold-out');
    given(opened, reserved('o1', 2)).when(reserve('o2', 2)).refuses('too-few-left');
  });

  it('gives an order its pieces once', () => {
    given(opened, reserved('o1', 1)).when(reserve('o1', 1)).refuses('already-reserved');
  });

  it('has nothing to sell before it is opened', () => given().when(reserve('o1', 1)).refuses('sale-unknown'));

  it('is the same from a snapshot', () => {
    const stock = definition.create('lamp');
    for (const event of [opened, reserved('o1', 2)]) {
      definition.handlers[event instanceof StockOpened ? 'stock.opened' : 'stock.reserved']?.(stock, event);
    }
    const copy = definition.snapshots?.fromSnapshot('lamp', definition.snapshots.toSnapshot(stock));
    expect(copy?.view).toEqual({ sku: 'lamp', pieces: 3, left: 1 });
    expect(() => copy?.reserve({ orderId: 'o1', customerId: 'maria', pieces: 1 })).toThrow('has its pieces');
  });
});
