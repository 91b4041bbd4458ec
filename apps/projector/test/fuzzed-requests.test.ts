import { Logger } from '@nestjs/common';
import { expect, it, vi } from 'vitest';
import { FUZZ_REQUESTS, FUZZ_REQUEST_TIMEOUT, fuzz, type FuzzedRequest } from '../../../test/support/fuzz.js';
import type { RawAnswer } from '../../../test/support/raw-http.js';
import { anOrder } from './support/an-order.js';
import { fuzzedRequest } from './support/fuzzed-request.js';
import { startProjectorApp } from './support/projector-app.js';

it(
  `${FUZZ_REQUESTS} fuzzed requests never give a 500, a stack trace or a hanging connection`,
  async () => {
    const { port, log, get, projector } = await startProjectorApp({
      VARVE_REQUEST_TIMEOUT: String(FUZZ_REQUEST_TIMEOUT),
    });
    const logged = vi.spyOn(Logger.prototype, 'error');
    await projector.waitFor(
      await anOrder('o1', { occurredAt: '2017-10-02T10:00:00' }).paid().appendTo(log),
      'orders',
    );
    const { statuses, failures } = await fuzz({ port, next: fuzzedRequest, isBad });
    expect(failures).toEqual([]);
    expect(logged.mock.calls).toEqual([]);
    // The generator reaches all kinds of answers, not the same early refusal five thousand times.
    for (const status of [200, 400, 404, 503]) expect(statuses.get(status), `${status}`).toBeGreaterThan(50);
    expect(await get('/health')).toMatchObject({ status: 200 });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  },
  30_000 + FUZZ_REQUESTS * 10,
);

function isBad({ label }: FuzzedRequest, { status, text }: RawAnswer): boolean {
  if (status === 'closed' || status < 500) return false;
  // Asked for a position that the log does not have.
  return status !== 503 || (!label.startsWith('HEAD') && !text.includes('projection-behind'));
}
