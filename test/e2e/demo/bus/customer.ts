import { scheduler } from 'node:timers/promises';

/** Somebody with one order, whom the story follows. */
export interface Customer {
  readonly orderId: string;
}

export interface CommandAnswer {
  /** `none`: the connection broke. */
  readonly status: number | 'none';
  readonly outcome?: string;
  readonly code?: string;
  readonly position?: number;
}

export function customer(orderId: string): Customer {
  return { orderId };
}

/** Places the order, always under the same key; with patience again until there is an answer. */
export async function commandOn(url: string, { orderId }: Customer, patience = 0): Promise<CommandAnswer> {
  const items = [{ productId: 'lamp', quantity: 1, priceCents: 1_999, freightCents: 500 }];
  const began = performance.now();
  for (;;) {
    try {
      const response = await fetch(`${url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `place-${orderId}` },
        body: JSON.stringify({ orderId, customerId: `customer-${orderId}`, items }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    } catch {
      if (performance.now() - began >= patience) return { status: 'none' };
      await scheduler.wait(50);
    }
  }
}

export async function healthOf(url: string, part: '' | '/bus'): Promise<number> {
  const response = await fetch(`${url}/health${part}`);
  await response.arrayBuffer();
  return response.status;
}

interface Feed {
  readonly name: string;
  readonly state: string;
  readonly applied: number;
  readonly duplicates: number;
  readonly refills: number;
}

/** What the bus has brought to each read model that the projector works on. */
export async function feedsOf(url: string): Promise<readonly Feed[]> {
  const { projections } = (await (await fetch(`${url}/status`)).json()) as {
    projections: readonly { readonly name: string; readonly feed?: Omit<Feed, 'name'> }[];
  };
  return projections.map(({ name, feed }) => ({
    name,
    ...(feed ?? { state: 'absent', applied: 0, duplicates: 0, refills: 0 }),
  }));
}
