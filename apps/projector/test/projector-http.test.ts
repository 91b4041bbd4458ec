import { expect, test } from 'vitest';
import { answersAreRight } from './support/answers.js';
import { startProjectorApp } from './support/projector-app.js';

answersAreRight(() => startProjectorApp());

const WRONG = [
  ['limit', '/orders?limit=0'],
  ['limit', '/orders?limit=201'],
  ['limit', '/orders?limit=1e2'],
  ['status', '/orders?status=lost'],
  ['status', '/orders?status=paid&status=placed'],
  ['after', '/orders?after=abc'],
  ['customerId', `/orders?customerId=${'x'.repeat(65)}`],
  ['customerId', '/customers/a/orders?customerId=b'],
  ['from', '/revenue/daily?from=2017-13-01'],
  ['to', '/revenue/daily?to=yesterday'],
  ['position', '/orders?position=x'],
  ['timeout', '/funnel?timeout=x'],
  ['colour', '/orders/a?colour=red'],
] as const;

test('a wrong parameter is a 400 that names it', async () => {
  const { get } = await startProjectorApp();
  for (const [field, path] of WRONG) {
    const { status, body } = await get(path);
    expect([path, status, body['code']]).toEqual([path, 400, 'invalid-argument']);
    expect(JSON.stringify([body['argument'], body['fields']])).toContain(`"${field}"`);
  }
});

test('an order that is not in the read model is a 404, and so is a path that nobody serves', async () => {
  const { get } = await startProjectorApp();
  expect(await get('/orders/o9')).toMatchObject({
    status: 404,
    body: { code: 'not-found', detail: expect.stringContaining('"o9"') as string },
  });
  expect(await get('/nowhere')).toMatchObject({ status: 404, body: { code: 'not-found' } });
});

test('the API page and its JSON are made from the schemas that requests are validated by', async () => {
  const { get } = await startProjectorApp();
  const { body } = await get('/openapi.json');
  const paths = body['paths'] as Record<
    string,
    { get: { parameters: { name: string }[]; responses: object } }
  >;
  expect(Object.keys(paths)).toEqual([
    '/orders',
    '/orders/{id}',
    '/customers/{id}/orders',
    '/revenue/daily',
    '/funnel',
    '/status',
    '/health',
    '/health/sources',
  ]);
  const parameters = paths['/orders']!.get.parameters.map(({ name }) => name);
  for (const name of [
    'status',
    'customerId',
    'after',
    'limit',
    'position',
    'stream',
    'version',
    'timeout',
    'Varve-Position',
  ])
    expect(parameters).toContain(name);
  expect(JSON.stringify(paths['/orders/{id}'])).toContain('freightCents');
  expect((await get('/openapi')).body['text']).toContain('swagger-ui');
});
