import type { FuzzedRequest } from '../../../../test/support/fuzz.js';
import type { Random } from '../../../../test/support/random.js';

const IDS = [
  'o1',
  'nope',
  '',
  '%00',
  '%ff',
  '..%2f..%2fetc',
  '%E2%82%AC',
  'a'.repeat(300),
  "o1'--",
  '__proto__',
  '{}',
  '%ED%A0%80',
  '%',
  'constructor',
  '%F0%9F%92%A9',
];
const CURSORS = [
  ['2017', 'o1'],
  ['', ''],
  [1, 2],
  [],
  {},
  null,
  ['\ud800', '\u0000'],
  [{ a: 1 }, 'x'],
  'x',
  [[], []],
].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '50',
  '200',
  '201',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '',
  '%20',
  '9'.repeat(15),
  '9'.repeat(40),
  'NaN',
  'Infinity',
  '٣',
  '+1',
  'null',
];
const WORDS = [
  'placed',
  'paid',
  'PAID',
  'lost',
  '',
  '%00',
  '%',
  '%E0%A4%A',
  'x'.repeat(2_000),
  "' OR 1=1 --",
  '[]',
  '{"$ne":1}',
  '__proto__',
  'toString',
];
const DAYS = [
  '2017-10-02',
  '2017-13-40',
  '0000-01-01',
  '9999-12-31',
  '10000-01-01',
  '2017-02-29',
  'today',
  '',
  '%00',
];
const KEYS = [
  'status',
  'customerId',
  'after',
  'limit',
  'position',
  'timeout',
  'from',
  'to',
  'status[]',
  'limit[a]',
  '__proto__',
  '__proto__[x]',
  'constructor',
  'toString',
  '',
  'colour',
  '%00',
  '%',
  'hasOwnProperty',
];
const METHODS = ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
const OTHER_PATHS = [
  '/',
  '//',
  '/%',
  '/..',
  '/orders/',
  '/orders//',
  '/orders/%',
  '/health?x',
  '/status?__proto__=1',
  '/openapi.json',
  '/revenue',
  '/*',
  '/a'.repeat(2_000),
  '*',
  '/orders/o1/lines',
  '/customers',
  '/customers//orders',
  '/\u00e9',
];
const POSITIONS = ['0', '1', '99999999', 'x', '', '1, 1', '-1', '\u00ff'];

export function fuzzedRequest(random: Random): FuzzedRequest {
  const { pick, chance } = random;
  const method = chance(0.9) ? 'GET' : pick(METHODS);
  const path = chance(0.9) ? routeOf(random) + queryOf(random) : pick(OTHER_PATHS);
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost'];
  if (chance(0.2)) lines.push(`Varve-Position: ${pick(POSITIONS)}`);
  if (chance(0.05)) lines.push('Varve-Position: 1', 'Varve-Position: 2');
  if (chance(0.1)) lines.push(`Accept: ${pick(['text/html', '*/*;q=x', ';'])}`);
  const body = chance(0.05) ? '{"a":1}' : '';
  if (body !== '' || method === 'POST' || method === 'PUT') lines.push(`Content-Length: ${body.length}`);
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  const label = `${method} ${path.slice(0, 200)}`;
  if (chance(0.02))
    return {
      bytes: bytes.subarray(0, 1 + random.below(bytes.length - 1)),
      ends: true,
      label: `cut off: ${label}`,
    };
  return { bytes, ends: false, label };
}

function routeOf({ pick }: Random): string {
  return pick([
    '/orders',
    `/orders/${pick(IDS)}`,
    `/customers/${pick(IDS)}/orders`,
    '/revenue/daily',
    '/funnel',
    '/status',
    '/health',
  ]);
}

/** Waits are kept short: that a long one is waited for is not what is looked for here. */
function queryOf(random: Random): string {
  const { below, pick, chance } = random;
  const pairs = Array.from({ length: below(5) }, () => {
    const key = pick(KEYS);
    return chance(0.05) ? key : `${key}=${valueOf(random, key)}`;
  });
  if (chance(0.1)) pairs.push(`stream=${pick(['order-o1', ...WORDS])}`, `version=${pick(NUMBERS)}`);
  if (!pairs.some((pair) => pair.startsWith('timeout'))) pairs.push('timeout=5');
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function valueOf({ pick, chance }: Random, key: string): string {
  if (key === 'timeout') return pick(['0', '1', '5', 'x', '', '-1', '1.5']);
  if (chance(0.15)) return pick(WORDS);
  if (key === 'after') return pick([...CURSORS, ...WORDS]);
  if (key === 'from' || key === 'to') return pick(DAYS);
  return key === 'limit' || key === 'position' ? pick(NUMBERS) : pick(WORDS);
}
