import { describe, expect, it } from 'vitest';
import { ordersAreTaken } from './support/order-answers.js';
import { ITEM, placeOrder, startOrderApp } from './support/order-app.js';

ordersAreTaken(() => startOrderApp());

describe('a problem', () => {
  it('names every field that is wrong', async () => {
    const { send } = await startOrderApp();
    const item = { ...ITEM, quantity: 1.5, priceCents: '19.99' };
    const answer = await send('POST /orders', { customerId: '', items: [item], extra: 1 });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'urn:varve:problem:invalid-request', status: 400, in: 'body' });
    const fields = (answer.body['errors'] as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(
      expect.arrayContaining(['customerId', 'items[0].quantity', 'items[0].priceCents', 'body']),
    );
  });

  it('names keys that would pollute prototypes, and nothing is polluted', async () => {
    const { send } = await startOrderApp();
    const body = `{"reason":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`;
    const answer = await send('POST /orders/o1/cancel', body);
    expect(answer).toMatchObject({ status: 400 });
    expect(JSON.stringify(answer.body)).toContain('__proto__');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('of bad JSON, an unknown path, a wrong content type or a body too large has its own status', async () => {
    const { send } = await startOrderApp({ VARVE_BODY_LIMIT: '2048' });
    expect(await send('POST /orders', '{"customerId":')).toMatchObject({
      status: 400,
      body: { code: 'bad-request' },
    });
    expect(await send('GET /nowhere')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await send('GET /%ff')).toMatchObject({ status: 400 });
    expect(
      await send('POST /orders', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
    ).toMatchObject({
      status: 415,
      body: { code: 'unsupported-media-type' },
    });
    expect(await send('POST /orders', { reason: 'x'.repeat(3000) })).toMatchObject({ status: 413 });
  });

  it('of a body that is no UTF-8 says so, and nothing of it is stored', async () => {
    const { port, send } = await startOrderApp();
    await placeOrder(send);
    const response = await fetch(`http://127.0.0.1:${port}/orders/o1/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"reason":"café"}', 'latin1'),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'bad-request',
      detail: 'The body is not well-formed UTF-8. Send JSON in UTF-8.',
    });
    expect((await send('GET /orders/o1')).body).toMatchObject({ status: 'placed' });
    expect(await send('POST /orders/o1/cancel', { reason: 'café' })).toMatchObject({ status: 200 });
  });

  it('of a rule carries the rule, and of an unknown order 404', async () => {
    const { send } = await startOrderApp();
    await placeOrder(send);
    expect(await send('POST /orders/o1/ship', {})).toMatchObject({
      status: 422,
      body: { code: 'domain-rule-violated', rule: 'not-paid', title: 'A rule of the shop forbids it' },
    });
    expect(await send('GET /orders/o2')).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
    expect(await send('POST /orders/o2/ship', {})).toMatchObject({
      status: 404,
      body: { code: 'order-unknown' },
    });
    expect(await send('GET /orders/o%20x')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'orderId' }] },
    });
  });

  it('carries the correlation id, by which the log of the app is searched', async () => {
    const { send } = await startOrderApp();
    const { body } = await send('GET /orders/o2', undefined, { 'x-correlation-id': 'visit-1' });
    expect(body).toMatchObject({ correlationId: 'visit-1' });
  });
});

describe('the API page', () => {
  it('describes its bodies by the schemas that validate them', async () => {
    const { send } = await startOrderApp();
    const { body } = await send('GET /openapi.json');
    const place = (body as { paths: Record<string, { post: unknown }> }).paths['/orders']?.post;
    expect(place).toMatchObject({
      requestBody: {
        content: {
          'application/json': { schema: { required: ['customerId', 'items'], additionalProperties: false } },
        },
      },
      responses: {
        201: {
          content: {
            'application/json': { schema: { required: expect.arrayContaining(['position']) as unknown } },
          },
        },
      },
    });
    expect((await send('GET /openapi')).status).toBe(200);
  });
});
