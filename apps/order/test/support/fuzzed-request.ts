import type { FuzzedRequest } from '../../../../test/support/fuzz.js';
import type { Random } from '../../../../test/support/random.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
const IDS = [
  'o1',
  'o2',
  'nope',
  '',
  '%00',
  '%ff',
  '..%2f..%2fetc',
  '%E2%82%AC',
  'a'.repeat(65),
  "o1'--",
  '__proto__',
  '{}',
  '%F0%9F%92%A9',
  'constructor',
];
const ACTIONS = ['pay', 'ship', 'deliver', 'cancel', 'refund', '', 'pay/pay', 'PAY', 'toString'];
const OTHER_PATHS = [
  '/',
  '//',
  '/orders',
  '/orders/',
  '/orders?x=1&x=2',
  '/orders?__proto__[a]=1',
  '/health',
  '/openapi.json',
  '/%',
  '/orders/%',
  '/..',
  '/;',
  '/orders#a',
  '/orders/\u00e9',
  '*',
  '/a'.repeat(2000),
];
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  9_007_199_254_740_993,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'x'.repeat(10_000),
  [],
  {},
  [[]],
  [null],
  { length: -1 },
  { toString: 1 },
  '1',
  'NaN',
  '9'.repeat(400),
];
const ODD_KEYS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  'x'.repeat(5_000),
  '0',
  'length',
];
const IF_MATCHES = [
  '"1"',
  '"0"',
  '"-1"',
  '*',
  '* ',
  'W/"1"',
  '"',
  '""',
  ',',
  '"1","2"',
  '"1" "2"',
  '"\u00ff"',
  '99999999999999999999',
  'null',
  '"1"'.repeat(3_000),
  '"a,b"',
  '\t"1"',
];
const KEYS = ['1', '"1"', '', ' ', '"', 'a b', '\u00e9', 'k'.repeat(256), '__proto__', '{}', '1, 1'];
const TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json; charset=klingon',
  'APPLICATION/JSON',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/json, text/plain',
  ';',
  '\u00e9',
  'application/vnd.api+json',
];
const ENCODINGS = ['identity', 'gzip', 'br', 'deflate', 'zstd', 'compress', 'gzip, gzip'];

export function fuzzedRequest(random: Random): FuzzedRequest {
  const { pick, chance } = random;
  if (chance(0.06)) return { bytes: Buffer.from(pick(GARBAGE), 'latin1'), ends: true, label: 'garbage' };
  const method = chance(0.7) ? 'POST' : pick(METHODS);
  const path = chance(0.85) ? orderPath(random) : pick(OTHER_PATHS);
  const body = chance(0.1) ? Buffer.alloc(0) : bodyOf(random);
  const headers = headersOf(random, body);
  const head = `${method} ${path} HTTP/1.1\r\n${headers.lines.join('\r\n')}\r\n\r\n`;
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), headers.chunked ? chunked(body) : body]);
  const cut = chance(0.02) ? random.below(bytes.length) : bytes.length;
  return {
    bytes: bytes.subarray(0, cut),
    ends: headers.lies || cut < bytes.length,
    label: `${method} ${path.slice(0, 80)}`,
  };
}

const GARBAGE = [
  '\u0000\u0001\u0002\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET /orders HTTP/1.1\r\n\r\n',
  'POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
  'POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n',
  'POST /orders HTTP/1.1\r\nHost: a\r\nX: \u0000\r\n\r\n',
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'GET /orders/o1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'CONNECT evil:443 HTTP/1.1\r\nHost: evil\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'POST /orders HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}',
  '\r\n\r\n\r\n',
  'GET /orders/o1 HTTP/1.1\nHost: a\n\n',
];

function orderPath({ pick, chance }: Random): string {
  if (chance(0.35)) return '/orders';
  return chance(0.15) ? `/orders/${pick(IDS)}` : `/orders/${pick(IDS)}/${pick(ACTIONS)}`;
}

function bodyOf(random: Random): Buffer {
  const { pick, chance, below } = random;
  const text = JSON.stringify(mutated(random, pick(BODIES)));
  if (chance(0.08)) return Buffer.from(text.slice(0, below(text.length)));
  if (chance(0.04)) return Buffer.from('['.repeat(100_000));
  if (chance(0.04)) return Buffer.from(`{"items":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  if (chance(0.02)) return Buffer.from(`{"customerId":"${'x'.repeat(400_000)}"}`);
  if (chance(0.04)) return Buffer.from([0xff, 0xfe, 0x7b, 0x00, ...Buffer.from(text)]);
  if (chance(0.06))
    return Buffer.from(
      text.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},'),
    );
  return Buffer.from(text);
}

const ITEM = { productId: 'lamp', quantity: 1, priceCents: 100, freightCents: 5 };
const BODIES: readonly unknown[] = [
  { customerId: 'maria', items: [ITEM] },
  { orderId: 'o1', customerId: 'maria', items: [ITEM, ITEM], totalCents: 210 },
  { orderId: 'o2', customerId: 'maria', items: Array.from({ length: 600 }, () => ITEM) },
  { payments: [{ method: 'credit_card', amountCents: 105 }] },
  { reason: 'changed my mind' },
  { trackingCode: 'BR1' },
  {},
];

/** The value with one place in it, or the whole of it, replaced by something else. */
function mutated(random: Random, value: unknown): unknown {
  const { pick, chance } = random;
  if (chance(0.3)) return value;
  if (typeof value !== 'object' || value === null || chance(0.15)) return pick(VALUES);
  const keys = Object.keys(value);
  if (keys.length === 0) return pick(VALUES);
  const key = pick(keys);
  if (Array.isArray(value)) return value.with(Number(key), mutated(random, value[Number(key)]));
  const record = value as Record<string, unknown>;
  if (chance(0.2)) return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
  if (chance(0.1)) return { ...record, [pick(ODD_KEYS)]: pick(VALUES) };
  return { ...record, [key]: mutated(random, record[key]) };
}

function headersOf({ pick, chance, below }: Random, body: Buffer) {
  const lines = ['Host: localhost', `Content-Type: ${pick(TYPES)}`];
  const isChunked = chance(0.1);
  const lies = chance(0.02);
  const length = lies ? body.length + 1 + below(100) : body.length;
  lines.push(isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`);
  if (chance(0.25)) lines.push(`If-Match: ${pick(IF_MATCHES)}`);
  if (chance(0.25)) lines.push(`Idempotency-Key: ${pick(KEYS)}`);
  if (chance(0.1)) lines.push(`Content-Encoding: ${pick(ENCODINGS)}`);
  if (chance(0.1)) lines.push(`X-Caller-Id: ${pick(['a', '', '\u00e9', 'x'.repeat(500), '{}'])}`);
  if (chance(0.05)) lines.push(`Accept: ${pick(['text/html', '*/*;q=broken', ';'])}`);
  if (chance(0.05)) lines.push('If-Match: "1"', 'Idempotency-Key: twice');
  return { lines, chunked: isChunked, lies: lies && !isChunked };
}

function chunked(body: Buffer): Buffer {
  const size = body.length === 0 ? '' : `${body.length.toString(16)}\r\n`;
  return Buffer.concat([
    Buffer.from(size),
    body,
    Buffer.from(body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n'),
  ]);
}
