import { Logger } from '@nestjs/common';
import { expect, it, vi } from 'vitest';
import { anOrder } from './support/an-order.js';
import { fuzzedRequest, seeded, type FuzzedRequest, type Random } from './support/fuzz.js';
import { startProjectorApp } from './support/projector-app.js';
import { RawConnection, type RawAnswer } from './support/raw-http.js';

const REQUESTS = Number(process.env['VARVE_FUZZ_REQUESTS'] ?? 5_000);
const SEED = Number(process.env['VARVE_FUZZ_SEED'] ?? 20_261_121);
const CONNECTIONS = 64;

/** How a request that never ends is cut off is the server's `requestTimeout`; how long a test waits is far beyond it. */
const REQUEST_TIMEOUT = 250;
const HANGING = 10_000;

const STACK = /\n\s+at |node_modules|\.(ts|js):\d+/;

it(
  `${REQUESTS} fuzzed requests never give a 500, a stack trace or a hanging connection`,
  async () => {
    const { port, log, get, projector } = await startProjectorApp({
      VARVE_REQUEST_TIMEOUT: String(REQUEST_TIMEOUT),
    });
    const logged = vi.spyOn(Logger.prototype, 'error');
    await projector.waitFor(
      await anOrder('o1', { occurredAt: '2017-10-02T10:00:00' }).paid().appendTo(log),
      'orders',
    );
    const statuses = new Map<number | 'closed', number>();
    const failures: string[] = [];
    const judge = ({ label }: FuzzedRequest, { status, text }: RawAnswer): void => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // 503: asked for a position that the log does not have.
      if ((typeof status === 'number' && status >= 500 && status !== 503) || STACK.test(text))
        failures.push(`${label}\n→ ${text.slice(0, 600)}`);
      if (status === 503 && !label.startsWith('HEAD') && !text.includes('projection-behind'))
        failures.push(`${label}\n→ ${text.slice(0, 600)}`);
    };
    const each = { requests: Math.ceil(REQUESTS / CONNECTIONS), judge };
    await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, lane) => runLane(port, seeded(SEED + lane), each)),
    );
    expect(failures).toEqual([]);
    expect(logged.mock.calls).toEqual([]);
    // The generator reaches all kinds of answers, not the same early refusal five thousand times.
    for (const status of [200, 400, 404, 503]) expect(statuses.get(status), `${status}`).toBeGreaterThan(50);
    expect(await get('/health')).toMatchObject({ status: 200 });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  },
  30_000 + REQUESTS * 10,
);

interface Lane {
  readonly requests: number;
  judge(request: FuzzedRequest, answer: RawAnswer): void;
}

async function runLane(port: number, random: Random, { requests, judge }: Lane): Promise<void> {
  let connection = new RawConnection(port);
  for (let n = 0; n < requests; n++) {
    const request = fuzzedRequest(random);
    const isHead = request.label.startsWith('HEAD ');
    const answer = await connection
      .send(request.bytes, { isHead, timeout: HANGING })
      .catch((error: unknown) => {
        throw new Error(`${request.label}: ${String(error)}`);
      });
    judge(request, answer);
    if (!request.ends && !connection.closed && answer.status !== 'closed') continue;
    connection.destroy();
    connection = new RawConnection(port);
  }
  connection.destroy();
}
