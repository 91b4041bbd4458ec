import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { uniqueName } from '../../../../test/services/index.js';
import { startChild, type Child } from '../../../../test/support/children.js';
import { answerOf } from '../../../../test/support/http-answer.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { answerTo, burst, outcomes, statusOf, type SendOrder } from '../../test/support/flash-sale.js';

const DIST = new URL('../../dist/', import.meta.url);
const PIECES = 100;
const PATIENCE = { timeout: 120_000 };

interface Shop {
  readonly child: Child;
  readonly url: string;
}

async function startShop(env: Readonly<Record<string, string>>): Promise<Shop> {
  const child = startChild(new URL('main.js', DIST), [], { env });
  const url = await until(
    () => {
      if (child.process.exitCode !== null) throw new Error(`The shop ended: ${child.stderr}`);
      return child.messages
        .map((line) => /Listening on (http:\S+?),/.exec(String(line))?.[1])
        .find((found) => found !== undefined);
    },
    { what: 'the shop to listen', ...PATIENCE },
  );
  return { child, url };
}

async function setUp(env: Readonly<Record<string, string>>): Promise<void> {
  const child = startChild(new URL('varve.js', DIST), ['bus', 'setup'], { env });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`varve bus setup: ${child.stderr}`);
}

/** To one after the other. */
function sendTo(urls: readonly string[]): SendOrder {
  let turn = 0;
  return async (line, body, headers = {}) => {
    const [method = 'GET', path = '/'] = line.split(' ');
    const url = urls[turn++ % urls.length] ?? '';
    const type = { 'content-type': 'application/json' };
    return answerOf(
      await fetch(`${url}${path}`, {
        method,
        headers: body === undefined ? headers : { ...type, ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  };
}

/** Two instances of the built app on one log and one broker, of which one is killed in the middle. */
export function aKilledShopSellsWhatItHas(
  connect: () => Promise<Readonly<Record<string, string>>>,
  byDefault: { readonly orders: number },
): void {
  const orders = Number(process.env['VARVE_FLASH_ORDERS'] ?? byDefault.orders);
  it(`a burst of ${orders} orders for ${PIECES} pieces, while an instance is killed with kill -9: exactly ${PIECES} are sold, and each 202 is answered once and for all`, async () => {
    const logFile = join(temporaryFolder(), 'orders.db');
    const own = {
      VARVE_TOPIC_PREFIX: `${uniqueName('flash')}-`,
      VARVE_LOG_FILE: logFile,
      PORT: '0',
      NO_COLOR: '1',
    };
    const env = { ...(await connect()), ...own };
    await setUp(env);
    const [killed, survivor] = [await startShop(env), await startShop(env)];
    await sendTo([survivor.url])('PUT /flash-sales/lamp', { pieces: PIECES });

    const begun = performance.now();
    const ids = await burst(sendTo([killed.url, survivor.url]), 'lamp', {
      orders,
      onAccepted: (_id, sofar) => {
        if (sofar === Math.floor(orders / 2)) killed.child.signal('SIGKILL');
      },
    });
    const acceptedAfter = performance.now() - begun;
    expect(new Set(ids).size).toBe(orders);
    expect(await killed.child.exited).toEqual({ code: null, signal: 'SIGKILL' });

    const send = sendTo([survivor.url]);
    const answers = [];
    for (const id of ids) answers.push(await answerTo(send, id, PATIENCE.timeout));
    const answeredAfter = performance.now() - begun;
    expect(outcomes(answers)).toEqual({ accepted: PIECES, 'sold-out': orders - PIECES });
    expect((await send('GET /flash-sales/lamp')).body).toMatchObject({ left: 0, version: PIECES + 1 });
    console.log(
      `${orders} orders: accepted ${rate(orders, acceptedAfter)}, all answered ${rate(orders, answeredAfter)}`,
    );

    const later = await startShop(env);
    for (let n = 0; n < orders; n += 50)
      expect(await statusOf(sendTo([later.url]), ids[n] ?? '')).toEqual(answers[n]);
    for (const { child } of [survivor, later]) child.signal('SIGTERM');
    expect(await survivor.child.exited).toEqual({ code: 0, signal: null });
    await later.child.exited;
    const log = await SqliteEventStore.open({ file: logFile, readOnly: true });
    expect(await log.verify()).toMatchObject({ streams: 1 + orders - PIECES, problems: [] });
    await log.close();
  }, 600_000);
}

function rate(orders: number, milliseconds: number): string {
  const perSecond = Math.round((orders * 1_000) / milliseconds);
  return `after ${(milliseconds / 1_000).toFixed(1)} s (${perSecond} a second)`;
}
