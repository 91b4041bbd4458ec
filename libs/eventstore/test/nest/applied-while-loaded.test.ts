import { AggregateRepository, Event, EventRegistry } from '@varve/eventstore';
import { Aggregate, aggregateDefinitionOf, AggregateRoot, When } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';

@Event('cart.opened')
class CartOpened {}

@Event('cart.greeted')
class CartGreeted {}

const registry = new EventRegistry([CartOpened, CartGreeted]);

abstract class AnyCart extends AggregateRoot {
  constructor(readonly id: string) {
    super();
  }

  @When(CartOpened)
  protected opened(): void {}

  @When(CartGreeted)
  protected greeted(): void {}
}

@Aggregate({ category: 'cart' })
class OpensWhenMade extends AnyCart {
  constructor(id: string) {
    super(id);
    this.apply(new CartOpened());
  }
}

@Aggregate({ category: 'cart' })
class GreetsWhenOpened extends AnyCart {
  @When(CartOpened)
  protected override opened(): void {
    this.apply(new CartGreeted());
  }
}

test.each([
  ['its constructor', OpensWhenMade, 'cart.opened'],
  ['a handler of events', GreetsWhenOpened, 'cart.greeted'],
])(
  'an aggregate that applies an event in %s is refused, instead of recording it with each command',
  async (_, Cart, type) => {
    const store = new InMemoryEventStore();
    const carts = new AggregateRepository<AnyCart>({
      store,
      registry,
      definition: aggregateDefinitionOf<AnyCart>(Cart),
    });
    await store.append('cart-1', 'no-stream', [registry.encode(new CartOpened())]);
    const message = expect.stringContaining(`"cart-1" was only loaded, and has applied "${type}"`) as string;
    for (const command of [1, 2]) {
      await expect(carts.execute('1', () => command)).rejects.toMatchObject({
        code: 'invalid-options',
        message,
      });
    }
    expect(await store.head()).toBe(1);
  },
);
