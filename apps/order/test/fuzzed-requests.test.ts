import { Logger } from '@nestjs/common';
import { expect, it, vi } from 'vitest';
import { FUZZ_REQUESTS, FUZZ_REQUEST_TIMEOUT, fuzz } from '../../../test/support/fuzz.js';
import { fuzzedRequest } from './support/fuzzed-request.js';
import { placeOrder, startOrderApp } from './support/order-app.js';

it(
  `${FUZZ_REQUESTS} fuzzed requests never give a 500, a stack trace or a hanging connection`,
  async () => {
    const { port, send } = await startOrderApp({ VARVE_REQUEST_TIMEOUT: String(FUZZ_REQUEST_TIMEOUT) });
    const logged = vi.spyOn(Logger.prototype, 'error');
    await placeOrder(send);
    const { statuses, failures } = await fuzz({
      port,
      next: fuzzedRequest,
      isBad: (_request, { status }) => typeof status === 'number' && status >= 500,
    });
    expect(failures).toEqual([]);
    expect(logged.mock.calls).toEqual([]);
    // The generator reaches all kinds of answers, not the same early refusal five thousand times.
    for (const status of [200, 201, 400, 404, 412, 413, 415, 422])
      expect(statuses.get(status), `${status}`).toBeGreaterThan(0);
    expect(await send('GET /health')).toMatchObject({ status: 200 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  },
  30_000 + FUZZ_REQUESTS * 10,
);
