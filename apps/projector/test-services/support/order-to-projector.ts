import { expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import {
  command,
  feedOf,
  healthOf,
  twoServices,
  untilFed,
  type Publication,
  type Server,
} from './two-services.js';

export const ITEMS = [{ productId: 'lamp', quantity: 2, priceCents: 1_999, freightCents: 500 }];
export const PAYMENT = { payments: [{ method: 'credit_card', amountCents: 4_498 }] };

export async function shown(url: string, orderId: string, version: number): Promise<unknown> {
  const path = `/orders/${orderId}?stream=order-${orderId}&version=${version}&timeout=60000`;
  return (await fetch(`${url}${path}`)).json();
}

export async function stopped(...servers: readonly Server[]): Promise<unknown[]> {
  for (const { child } of servers) child.signal('SIGTERM');
  return Promise.all(servers.map(({ child }) => child.exited));
}

export const CLEAN = { code: 0, signal: null };

/** From a command to the answer of a query, over a real broker. */
export function anOrderReachesTheProjector(
  connect: () => Promise<Readonly<Record<string, string>>>,
  publication: Publication,
): void {
  it(`by ${publication}: an order comes to a projector of its own over the bus, and both end with code 0 on SIGTERM`, async () => {
    const services = await twoServices(await connect(), publication);
    await services.setUp();
    const order = await services.startOrder();
    const projector = await services.startProjector();
    await untilFed(projector.url);
    for (let n = 0; n < 5; n++) {
      const orderId = `o${n}`;
      await command(order.url, '/orders', { orderId, customerId: 'maria', items: ITEMS });
      await command(order.url, `/orders/${orderId}/pay`, PAYMENT);
      expect(await shown(projector.url, orderId, 2)).toMatchObject({ status: 'paid', version: 2 });
    }
    expect((await feedOf(projector.url))?.applied).toBeGreaterThan(0);
    expect([await healthOf(order.url, '/bus'), await healthOf(projector.url, '/sources')]).toEqual([
      200, 200,
    ]);
    expect(await stopped(order, projector)).toEqual([CLEAN, CLEAN]);
  });

  it(`by ${publication}: orders taken while the projector was killed with kill -9 are there when it is back`, async () => {
    const services = await twoServices(await connect(), publication);
    await services.setUp();
    const order = await services.startOrder();
    const killed = await services.startProjector();
    await command(order.url, '/orders', { orderId: 'o1', customerId: 'maria', items: ITEMS });
    expect(await shown(killed.url, 'o1', 1)).toMatchObject({ status: 'placed' });
    await killed.child.kill();
    const { position } = await command(order.url, '/orders/o1/pay', PAYMENT);
    const projector = await services.startProjector();
    expect(await shown(projector.url, 'o1', 2)).toMatchObject({ status: 'paid' });
    const funnel = await fetch(`${projector.url}/funnel?position=${position}&timeout=60000`);
    expect(await funnel.json()).toMatchObject({ placed: 1, paid: 1 });
    expect(await stopped(order, projector)).toEqual([CLEAN, CLEAN]);
  });
}

interface OwnBroker {
  readonly env: Readonly<Record<string, string>>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** On a broker of the test's own, since it is killed. */
export function anOutageIsSurvived(start: () => Promise<OwnBroker>, publication: Publication): void {
  it(`by ${publication}: both services start while the broker is down, work without it, and go green by themselves`, async () => {
    const broker = await start();
    try {
      const services = await twoServices(broker.env, publication);
      await services.setUp();
      await broker.kill();
      const order = await services.startOrder();
      const projector = await services.startProjector();
      await command(order.url, '/orders', { orderId: 'o1', customerId: 'maria', items: ITEMS });
      expect(await shown(projector.url, 'o1', 1)).toMatchObject({ status: 'placed' });
      expect([await healthOf(order.url), await healthOf(order.url, '/bus')]).toEqual([200, 503]);
      expect([await healthOf(projector.url), await healthOf(projector.url, '/sources')]).toEqual([200, 503]);
      await broker.restart();
      await until(async () => (await healthOf(order.url, '/bus')) === 200, {
        what: 'green',
        timeout: 60_000,
      });
      await untilFed(projector.url);
      await command(order.url, '/orders/o1/pay', PAYMENT);
      expect(await shown(projector.url, 'o1', 2)).toMatchObject({ status: 'paid' });
      await until(async () => ((await feedOf(projector.url))?.applied ?? 0) > 0, {
        what: 'something from the bus',
        timeout: 60_000,
      });
      expect(await stopped(order, projector)).toEqual([CLEAN, CLEAN]);
    } finally {
      await broker.stop();
    }
  });
}
