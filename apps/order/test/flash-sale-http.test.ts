import type { MemoryMessageBus } from '@varve/bus/memory';
import { getMessageBusToken } from '@varve/bus/nest';
import type { EventStore } from '@varve/eventstore';
import { getEventStoreToken } from '@varve/eventstore/nest';
import { describe, expect, it } from 'vitest';
import { freePorts } from '../../../test/services/free-ports.js';
import { answerTo, statusOf, type CommandStatus } from './support/flash-sale.js';
import { startOrderApp } from './support/order-app.js';

const ON_BUS = { VARVE_BUS: 'memory', VARVE_DURABILITY: 'power-cut' };

async function startSale(pieces = 1) {
  const shop = await startOrderApp(ON_BUS);
  await shop.send('PUT /flash-sales/lamp', { pieces });
  return { ...shop, broker: shop.app.get<MemoryMessageBus>(getMessageBusToken()).broker };
}

const ORDER = 'POST /flash-sales/lamp/orders';
const MARIA = { customerId: 'maria' };
const idOf = ({ body }: { readonly body: unknown }) => (body as CommandStatus).commandId;

describe('a flash sale', () => {
  it('is opened, seen, and opened again without effect', async () => {
    const { send } = await startOrderApp(ON_BUS);
    const sale = { sku: 'lamp', pieces: 5, left: 5, version: 1 };
    expect(await send('PUT /flash-sales/lamp', { pieces: 5 })).toMatchObject({ status: 200, body: sale });
    expect(await send('PUT /flash-sales/lamp', { pieces: 5 })).toMatchObject({ status: 200, body: sale });
    expect(await send('GET /flash-sales/lamp')).toMatchObject({ status: 200, body: sale });
    expect(await send('PUT /flash-sales/lamp', { pieces: 6 })).toMatchObject({
      status: 422,
      body: { code: 'domain-rule-violated', rule: 'already-open' },
    });
    expect(await send('GET /flash-sales/moon')).toMatchObject({
      status: 404,
      body: { code: 'sale-unknown' },
    });
  });

  it('accepts an order with 202 and says where its answer will be', async () => {
    const { send, app } = await startSale();
    const accepted = await send(ORDER, { ...MARIA, orderId: 'o1' });
    expect(accepted).toMatchObject({ status: 202, body: { status: 'pending' } });
    const location = accepted.headers.get('location');
    expect(location).toBe(`/commands/${idOf(accepted)}`);
    const answer = await answerTo(send, idOf(accepted));
    expect(answer).toMatchObject({ status: 'accepted', stream: 'stock-lamp', version: 2, position: 2 });
    expect(await send(`GET ${location}`)).toMatchObject({ status: 200, body: answer });
    const found = await app.get<EventStore>(getEventStoreToken()).findCommit(idOf(accepted));
    expect(found).toMatchObject({
      commit: {
        events: [{ type: 'stock.reserved', data: { orderId: 'o1', customerId: 'maria', pieces: 1 } }],
      },
    });
  });

  it('answers an order that it refuses with the rule, also when more has come since', async () => {
    const { send } = await startSale();
    await answerTo(send, idOf(await send(ORDER, MARIA)));
    const late = idOf(await send(ORDER, MARIA));
    const refused = { commandId: late, status: 'refused', code: 'sold-out', reason: 'lamp is sold out.' };
    expect(await answerTo(send, late)).toEqual(refused);
    const early = idOf(await send('POST /flash-sales/moon/orders', MARIA));
    expect(await answerTo(send, early)).toMatchObject({ status: 'refused', code: 'sale-unknown' });
    await send('PUT /flash-sales/moon', { pieces: 5 });
    expect(await statusOf(send, early)).toMatchObject({ status: 'refused', code: 'sale-unknown' });
    expect(await statusOf(send, late)).toEqual(refused);
  });

  it('calls what nobody has sent pending', async () => {
    const { send } = await startSale();
    expect(await send('GET /commands/nobody')).toMatchObject({ status: 200, body: { status: 'pending' } });
  });

  it.each([
    [ORDER, {}, 'customerId'],
    [ORDER, { ...MARIA, pieces: 0 }, 'pieces'],
    [ORDER, { ...MARIA, sku: 'moon' }, 'sku'],
    ['PUT /flash-sales/lamp', { pieces: 1.5 }, 'pieces'],
    ['POST /flash-sales/a.b/orders', MARIA, 'sku'],
    ['GET /commands/a%20b', undefined, 'commandId'],
  ])('refuses %s with %j', async (line, body, field) => {
    const { send } = await startSale();
    const answer = await send(line, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(JSON.stringify(answer.body)).toContain(field);
  });

  it('takes JSON only', async () => {
    const { send } = await startSale();
    expect(await send(ORDER, 'pieces=1', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
  });

  it('is in the OpenAPI document with its answers', async () => {
    const { send } = await startSale();
    const { paths } = (await send('GET /openapi.json')).body as {
      paths: Record<string, Record<string, object>>;
    };
    expect(paths['/flash-sales/{sku}/orders']?.['post']).toMatchObject({
      responses: { 202: { headers: { Location: {} } }, 400: {}, 422: {}, 501: {}, 503: {} },
    });
    expect(paths['/commands/{commandId}']?.['get']).toMatchObject({ responses: { 200: {}, 503: {} } });
    expect(paths['/flash-sales/{sku}']).toMatchObject({ put: {}, get: {} });
  });
});

describe('with an Idempotency-Key', () => {
  const KEY = { 'idempotency-key': 'k1', 'x-caller-id': 'maria' };

  it('an order that is sent twice is one command with one answer', async () => {
    const { send } = await startSale(5);
    const [one, two] = await Promise.all([send(ORDER, MARIA, KEY), send(ORDER, MARIA, KEY)]);
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(idOf(one)).toBe(idOf(two));
    const answer = await answerTo(send, idOf(one));
    const again = await send(ORDER, MARIA, KEY);
    expect(again).toMatchObject({ status: 202, body: answer });
    expect(again.headers.get('location')).toBe(`/commands/${idOf(one)}`);
    expect((await send('GET /flash-sales/lamp')).body).toMatchObject({ left: 4 });
  });

  it('another order is refused, whatever became of the first', async () => {
    const { send } = await startSale(1);
    const reused = { status: 422, body: { code: 'commit-id-reused' } };
    await answerTo(send, idOf(await send(ORDER, MARIA, KEY)));
    expect(await send(ORDER, { ...MARIA, pieces: 2 }, KEY)).toMatchObject(reused);
    const other = { ...KEY, 'idempotency-key': 'k2' };
    expect(await answerTo(send, idOf(await send(ORDER, MARIA, other)))).toMatchObject({ status: 'refused' });
    expect(await send(ORDER, { ...MARIA, pieces: 2 }, other)).toMatchObject(reused);
  });

  it('keys of two callers, and of two sales, do not meet', async () => {
    const { send } = await startSale(5);
    const first = idOf(await send(ORDER, MARIA, KEY));
    expect(idOf(await send(ORDER, MARIA, { ...KEY, 'x-caller-id': 'joao' }))).not.toBe(first);
    expect(idOf(await send('POST /flash-sales/moon/orders', MARIA, KEY))).not.toBe(first);
  });
});

describe('while the broker is down', () => {
  const UNAVAILABLE = { status: 503, body: { code: 'broker-unavailable', retryable: true } };

  it('an order is not accepted, nothing is carried out later, and a sale can be seen', async () => {
    const { send, broker, app } = await startSale();
    broker.goDown();
    const answer = await send(ORDER, MARIA);
    expect(answer).toMatchObject(UNAVAILABLE);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('location')).toBeNull();
    broker.comeBack();
    await answerTo(send, idOf(await send(ORDER, MARIA)));
    expect((await send('GET /flash-sales/lamp')).body).toMatchObject({ left: 0, version: 2 });
    const types = [];
    for await (const { commits } of app.get<EventStore>(getEventStoreToken()).readAll(0))
      types.push(...commits.flatMap(({ events }) => events.map(({ type }) => type)));
    // What the shop has promised not to carry out is fenced.
    expect(types).toEqual(['stock.opened', 'command.refused', 'stock.reserved']);
  });

  it('an order with a key is sent again with it', async () => {
    const { send, broker } = await startSale();
    const key = { 'idempotency-key': 'k1' };
    broker.goDown();
    const answer = await send(ORDER, MARIA, key);
    expect(answer).toMatchObject(UNAVAILABLE);
    expect((answer.body as { detail: string }).detail).toContain('with the same Idempotency-Key');
    broker.comeBack();
    const accepted = await send(ORDER, MARIA, key);
    expect(await answerTo(send, idOf(accepted))).toMatchObject({ status: 'accepted' });
  });
});

describe('with a broker that was never there', () => {
  it.each([
    ['kafka', 'VARVE_KAFKA_BROKERS'],
    ['rocketmq', 'VARVE_ROCKETMQ_ENDPOINTS'],
  ])(
    'on %s, an order is answered with 503 in time, and the shop ends all the same',
    async (bus, variable) => {
      const [port = 0] = await freePorts(1);
      const { send } = await startOrderApp({ ...ON_BUS, VARVE_BUS: bus, [variable]: `127.0.0.1:${port}` });
      await send('PUT /flash-sales/lamp', { pieces: 1 });
      const asked = performance.now();
      expect(await send(ORDER, MARIA)).toMatchObject({ status: 503, body: { code: 'broker-unavailable' } });
      // The sender waits for 5 seconds at most; the rest is for a machine that has other things to do.
      expect(performance.now() - asked).toBeLessThan(15_000);
      expect((await send('GET /flash-sales/lamp')).body).toMatchObject({ left: 1 });
    },
    60_000,
  );
});

describe('without a bus', () => {
  it('an order is answered with what to configure; answers are told all the same', async () => {
    const { send } = await startOrderApp();
    expect(await send('PUT /flash-sales/lamp', { pieces: 1 })).toMatchObject({ status: 200 });
    const answer = await send(ORDER, MARIA);
    expect(answer).toMatchObject({ status: 501, body: { code: 'bus-not-configured' } });
    expect((answer.body as { detail: string }).detail).toContain(
      'set VARVE_BUS to rocketmq, kafka or memory',
    );
    expect(await send('GET /commands/c1')).toMatchObject({ status: 200, body: { status: 'pending' } });
  });
});
