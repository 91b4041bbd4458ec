import { Logger } from '@nestjs/common';
import { expect, it, vi } from 'vitest';
import { fuzzedRequest, seeded } from './support/fuzz.js';
import type { FuzzedRequest, Random } from './support/fuzz.js';
import { placeOrder, startOrderApp } from './support/order-app.js';
import { RawConnection } from './support/raw-http.js';
import type { RawAnswer } from './support/raw-http.js';

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
    const { port, send } = await startOrderApp({ VARVE_REQUEST_TIMEOUT: String(REQUEST_TIMEOUT) });
    const logged = vi.spyOn(Logger.prototype, 'error');
    await placeOrder(send);
    const statuses = new Map<number | 'closed', number>();
    const failures: string[] = [];
    const judge = (request: FuzzedRequest, answer: RawAnswer) => {
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const isBad = (typeof answer.status === 'number' && answer.status >= 500) || STACK.test(answer.text);
      if (isBad)
        failures.push(
          `${request.label}\n${request.bytes.toString('latin1', 0, 600)}\n→ ${answer.text.slice(0, 600)}`,
        );
    };
    const lanes = Array.from({ length: CONNECTIONS }, (_, lane) =>
      runLane(port, seeded(SEED + lane), { requests: Math.ceil(REQUESTS / CONNECTIONS), judge }),
    );
    await Promise.all(lanes);
    expect(failures).toEqual([]);
    expect(logged.mock.calls).toEqual([]);
    // The generator reaches all kinds of answers, not the same early refusal five thousand times.
    for (const status of [200, 201, 400, 404, 412, 413, 415, 422])
      expect(statuses.get(status), `${status}`).toBeGreaterThan(0);
    expect(await send('GET /health')).toMatchObject({ status: 200 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
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
        throw new Error(`${request.label}: ${String(error)}\n${request.bytes.toString('latin1', 0, 600)}`);
      });
    judge(request, answer);
    if (!request.ends && !connection.closed && answer.status !== 'closed') continue;
    connection.destroy();
    connection = new RawConnection(port);
  }
  connection.destroy();
}
