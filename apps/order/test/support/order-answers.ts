import { describe, expect, it } from 'vitest';
import { eventsOf, ITEM, PAYMENT, placeOrder, TOTAL, type OrderApp } from './order-app.js';

/** What clients get, whichever store the log is in. */
export function ordersAreTaken(start: () => Promise<OrderApp>): void {
  describe('commands over HTTP', () => {
    it('place, pay, ship and deliver an order, each answer with version and position', async () => {
      const { send } = await start();
      const placed = await placeOrder(send);
      expect(placed.status).toBe(201);
      expect(placed.headers.get('location')).toBe('/orders/o1');
      expect(placed.headers.get('etag')).toBe('"1"');
      expect(placed.headers.get('varve-position')).toBe('1');
      expect(placed.body).toEqual({ orderId: 'o1', outcome: 'appended', version: 1, position: 1 });
      expect(await send('POST /orders/o1/pay', PAYMENT)).toMatchObject({ status: 200, body: { version: 2 } });
      expect(await send('POST /orders/o1/ship', { trackingCode: 'BR1' })).toMatchObject({ status: 200 });
      expect(await send('POST /orders/o1/deliver')).toMatchObject({
        status: 200,
        body: { version: 4, position: 4 },
      });
      const shown = await send('GET /orders/o1');
      expect(shown.headers.get('etag')).toBe('"4"');
      expect(shown.body).toEqual({
        orderId: 'o1',
        customerId: 'maria',
        status: 'delivered',
        items: [ITEM],
        totalCents: TOTAL,
        payments: PAYMENT.payments,
        trackingCode: 'BR1',
        version: 4,
      });
    });

    it('cancel a paid order and refund it in one commit', async () => {
      const { send } = await start();
      await placeOrder(send);
      await send('POST /orders/o1/pay', PAYMENT);
      const cancelled = await send('POST /orders/o1/cancel', { reason: 'changed my mind' });
      expect(cancelled.body).toMatchObject({ version: 4, position: 3 });
      expect((await send('GET /orders/o1')).body).toMatchObject({ status: 'cancelled' });
    });

    it('choose an id for an order that comes without one', async () => {
      const { send } = await start();
      const { body, headers } = await send('POST /orders', { customerId: 'maria', items: [ITEM] });
      expect(headers.get('location')).toBe(`/orders/${String(body['orderId'])}`);
      expect((await send(`GET /orders/${String(body['orderId'])}`)).status).toBe(200);
    });

    it('leave who called and under which correlation id in the metadata of the events', async () => {
      const { send, app } = await start();
      const headers = { 'x-caller-id': 'till-7', 'x-correlation-id': 'visit-1' };
      const placed = await send(
        'POST /orders',
        { orderId: 'o1', customerId: 'maria', items: [ITEM] },
        headers,
      );
      expect(placed.headers.get('x-correlation-id')).toBe('visit-1');
      const [event] = await eventsOf(app, 'o1');
      expect(event).toMatchObject({
        type: 'order.placed',
        metadata: { actor: 'till-7', correlationId: 'visit-1' },
      });
    });
  });

  describe('an idempotency key', () => {
    const key = (value: string, caller = 'app') => ({ 'idempotency-key': value, 'x-caller-id': caller });

    it('gives the first answer again, though the order has moved on', async () => {
      const { send } = await start();
      await placeOrder(send);
      const first = await send('POST /orders/o1/pay', PAYMENT, key('1'));
      await send('POST /orders/o1/ship', {});
      const again = await send('POST /orders/o1/pay', PAYMENT, key('1'));
      expect(again.status).toBe(200);
      expect(again.body).toEqual({ ...first.body, outcome: 'repeated' });
      expect(again.headers.get('etag')).toBe('"2"');
    });

    it('leads to the same order when a placement without an id is sent again', async () => {
      const { send } = await start();
      const body = { customerId: 'maria', items: [ITEM] };
      const [first, again] = [
        await send('POST /orders', body, key('1')),
        await send('POST /orders', body, key('1')),
      ];
      expect(again).toMatchObject({ status: 201, body: { ...first.body, outcome: 'repeated' } });
    });

    it('of two customers, two callers, two orders or two routes never meets another', async () => {
      const { send } = await start();
      const place = (customerId: string, headers: Record<string, string>) =>
        send('POST /orders', { customerId, items: [ITEM] }, headers);
      const placed = [
        await place('maria', key('1')),
        await place('joao', key('1')),
        await place('maria', key('1', 'till')),
      ];
      expect(placed.map(({ body }) => body['outcome'])).toEqual(['appended', 'appended', 'appended']);
      const [a, b] = placed.map(({ body }) => String(body['orderId']));
      expect((await send(`POST /orders/${a}/pay`, PAYMENT, key('2'))).body).toMatchObject({
        outcome: 'appended',
      });
      expect((await send(`POST /orders/${b}/pay`, PAYMENT, key('2'))).body).toMatchObject({
        outcome: 'appended',
      });
      expect((await send(`POST /orders/${a}/ship`, {}, key('2'))).body).toMatchObject({
        outcome: 'appended',
      });
    });

    it('that stands for another command is refused', async () => {
      const { send } = await start();
      await placeOrder(send);
      await send('POST /orders/o1/cancel', { reason: 'too late' }, key('1'));
      const other = await send('POST /orders/o1/cancel', { reason: 'too expensive' }, key('1'));
      expect(other).toMatchObject({ status: 422, body: { code: 'commit-id-reused' } });
    });

    it('in quotes is the same key, and one that is none is refused by name', async () => {
      const { send } = await start();
      await placeOrder(send);
      await send('POST /orders/o1/pay', PAYMENT, key('a-1'));
      expect((await send('POST /orders/o1/pay', PAYMENT, key('"a-1"'))).body).toMatchObject({
        outcome: 'repeated',
      });
      const refused = await send('POST /orders/o1/pay', PAYMENT, key('a'.repeat(300)));
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'Idempotency-Key' }] } });
    });
  });

  describe('If-Match', () => {
    it('lets a command through at the version that the client has seen', async () => {
      const { send } = await start();
      const { headers } = await placeOrder(send);
      const paid = await send('POST /orders/o1/pay', PAYMENT, { 'if-match': headers.get('etag') ?? '' });
      expect(paid.status).toBe(200);
    });

    it.each(['"1"', '"1", "7"', 'W/"2"', '"abc"'])(
      '%s stops a command with 412 once the order is at "2"',
      async (tag) => {
        const { send } = await start();
        await placeOrder(send);
        await send('POST /orders/o1/pay', PAYMENT);
        const cancelled = await send('POST /orders/o1/cancel', { reason: 'x' }, { 'if-match': tag });
        expect(cancelled).toMatchObject({ status: 412, body: { code: 'precondition-failed', version: 2 } });
        expect((await send('GET /orders/o1')).body).toMatchObject({ status: 'paid' });
      },
    );

    it('is judged before the rules: who has not seen the payment hears of that, not of a rule', async () => {
      const { send } = await start();
      await placeOrder(send);
      await send('POST /orders/o1/pay', PAYMENT);
      expect((await send('POST /orders/o1/pay', PAYMENT, { 'if-match': '"1"' })).status).toBe(412);
      expect((await send('POST /orders/o1/pay', PAYMENT)).body).toMatchObject({
        status: 422,
        rule: 'already-paid',
      });
    });

    it('does not stop the second sending of a command that has gone through', async () => {
      const { send } = await start();
      await placeOrder(send);
      const headers = { 'if-match': '"1"', 'idempotency-key': 'k' };
      await send('POST /orders/o1/pay', PAYMENT, headers);
      expect(await send('POST /orders/o1/pay', PAYMENT, headers)).toMatchObject({
        status: 200,
        body: { outcome: 'repeated' },
      });
    });

    it('* demands any version but none', async () => {
      const { send } = await start();
      expect((await send('POST /orders/o1/deliver', {}, { 'if-match': '*' })).status).toBe(412);
      await placeOrder(send);
      expect((await send('POST /orders/o1/pay', PAYMENT, { 'if-match': '*' })).status).toBe(200);
    });

    it.each(['1', '"1', 'W/1', ',', '"1" "2"'])('%s is no entity tag: 400 names the header', async (tag) => {
      const { send } = await start();
      const answer = await send('POST /orders/o1/deliver', {}, { 'if-match': tag });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'If-Match' }] } });
    });
  });

  describe('the app', () => {
    it('says that it is healthy, and where its log stands', async () => {
      const { send } = await start();
      await placeOrder(send);
      expect(await send('GET /health')).toMatchObject({
        status: 200,
        body: { status: 'ok', details: { log: { status: 'up', position: 1 } } },
      });
    });
  });
}
