import type { EventStore, NewEvent } from '@varve/eventstore';

export const LAMP = { productId: 'lamp', quantity: 2, priceCents: 1_999, freightCents: 500 };
export const LAMP_TOTAL = 4_498;

/** The events of an order, as the order service writes them. */
export class AnOrder {
  readonly events: NewEvent[][] = [];

  constructor(
    readonly orderId: string,
    private readonly facts: {
      readonly customerId?: string;
      readonly totalCents?: number | null;
      readonly items?: readonly (typeof LAMP)[];
      /** When it happened, for orders that were taken over from elsewhere. */
      readonly occurredAt?: string;
    } = {},
  ) {
    const { customerId = 'maria', totalCents = LAMP_TOTAL, items = [LAMP] } = facts;
    this.commit('placed', { customerId, items, totalCents });
  }

  paid(amountCents: number | null = LAMP_TOTAL): this {
    return this.commit('paid', { amountCents, payments: [] });
  }

  shipped(): this {
    return this.commit('shipped', { trackingCode: null });
  }

  delivered(): this {
    return this.commit('delivered', {});
  }

  cancelled(): this {
    return this.commit('cancelled', { reason: 'changed my mind' });
  }

  /** In one commit with the cancellation, as the shop does it. */
  refunded(amountCents: number | null = LAMP_TOTAL): this {
    this.cancelled();
    this.events.at(-1)!.push(this.event('refunded', { amountCents }));
    return this;
  }

  get stream(): string {
    return `order-${this.orderId}`;
  }

  /** The position of the last commit. */
  async appendTo(log: EventStore): Promise<number> {
    let position = 0;
    for (const events of this.events) {
      const result = await log.append(this.stream, 'any', events);
      if (result.ok) position = result.commit.position;
    }
    return position;
  }

  private commit(step: string, data: object): this {
    this.events.push([this.event(step, data)]);
    return this;
  }

  private event(step: string, data: object): NewEvent {
    const { occurredAt } = this.facts;
    return {
      type: `order.${step}`,
      data: { orderId: this.orderId, ...data },
      schemaVersion: 1,
      ...(occurredAt !== undefined && { metadata: { occurredAt } }),
    };
  }
}

export function anOrder(...given: ConstructorParameters<typeof AnOrder>): AnOrder {
  return new AnOrder(...given);
}
