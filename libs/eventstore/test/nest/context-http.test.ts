import { once } from 'node:events';
import { request } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { arrived, contextApp, witnessed } from './context.fixture.js';

const platforms = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

describe.each(Object.keys(platforms) as (keyof typeof platforms)[])('on %s', (platform) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({ imports: [contextApp()] }).compile();
    app = testing.createNestApplication(platforms[platform]());
    app.setGlobalPrefix('api');
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/api`;
  });

  afterAll(() => app.close());

  const place = (id: string, headers: Record<string, string>) =>
    fetch(`${url}/orders/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      // Larger than a socket's buffer: the body comes in pieces, after the headers.
      body: JSON.stringify({ cents: 100, padding: 'x'.repeat(90_000) }),
    });
  const metadataOf = async (id: string) =>
    (await fetch(`${url}/orders/${id}/metadata`)).json() as Promise<unknown[]>;

  test('correlation, actor and tenant reach guard, scoped handler, event handler and saga, and every event', async () => {
    const correlationId = `flow-${platform}`;
    const answer = await place(`flow-${platform}`, {
      'x-correlation-id': correlationId,
      'x-user': 'ann',
      'x-tenant': 'north',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-correlation-id')).toBe(correlationId);
    const seen = await until(() => {
      const places = witnessed.get(correlationId);
      return places?.['event handler'] && places;
    });
    const full = { correlationId, actor: 'ann', tenant: 'north' };
    expect(seen['guard']).toEqual({ correlationId, tenant: 'north' });
    expect(seen['scoped handler']).toEqual({ ...full, tenantAtConstruction: 'north' });
    expect(seen['event handler']).toEqual(full);
    expect(await metadataOf(`flow-${platform}`)).toEqual([full, full]);
  });

  test('a body that comes long after the head finds its context', async () => {
    const id = `slow-${platform}`;
    const headers = { 'content-type': 'application/json', 'x-correlation-id': id, 'x-user': 'ann' };
    const sending = request(`${url}/orders/${id}`, {
      method: 'POST',
      headers: { ...headers, 'content-length': 13 },
    });
    const answered = once(sending, 'response');
    sending.write('{"cents"');
    if (platform === 'Fastify') await until(() => arrived.has(id));
    sending.end(':100}');
    await answered;
    expect((await metadataOf(id))[0]).toEqual({ correlationId: id, actor: 'ann' });
  });

  test('concurrent requests do not see each other’s context', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `${platform}-${index}`);
    await Promise.all(ids.map((id) => place(id, { 'x-correlation-id': `c-${id}`, 'x-user': `u-${id}` })));
    for (const id of ids) {
      const [placed] = await metadataOf(id);
      expect(placed).toEqual({ correlationId: `c-${id}`, actor: `u-${id}` });
    }
  });

  test('an exception filter knows the correlation id of what a guard refused', async () => {
    const answer = await place('m', { 'x-correlation-id': 'refused', 'x-user': 'mallory' });
    expect(await answer.json()).toEqual({ status: 403, correlationId: 'refused' });
  });

  test('a path without a route, and the root, have a correlation id as well', async () => {
    for (const path of ['/api', '/api/nothing/here']) {
      const answer = await fetch(`${new URL(url).origin}${path}`, {
        headers: { 'x-correlation-id': 'lost' },
      });
      expect(answer.headers.get('x-correlation-id')).toBe('lost');
      expect(await answer.json()).toEqual({ status: 404, correlationId: 'lost' });
    }
  });

  test('a trace id serves as correlation id', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answer = await place('t', {
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      'x-user': 'mallory',
    });
    expect(answer.headers.get('x-correlation-id')).toBe(traceId);
  });

  test.each([
    ['none', {}],
    ['one with blanks', { 'x-correlation-id': 'two words' }],
    ['one that is too long', { 'x-correlation-id': 'x'.repeat(129) }],
    ['an invalid trace', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ])('%s: a new correlation id is made', async (_what, headers) => {
    const answer = await place('n', { ...headers, 'x-user': 'mallory' });
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  test('a body that cannot be parsed is answered, with or without a context', async () => {
    const answer = await fetch(`${url}/orders/1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(answer.status).toBe(400);
  });
});
