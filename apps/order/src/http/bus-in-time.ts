import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { BusHealthIndicator, type BusHealthResult } from '@varve/bus/nest';

/** A probe that must wait counts as failed, so a broker that says nothing may not hold up the answer about the shop. */
const MOST_MILLISECONDS = 1_000;

/** How the bus is, or that it did not say so in time. */
@Injectable()
export class BusInTime {
  constructor(private readonly bus: BusHealthIndicator) {}

  async check(key: string): Promise<BusHealthResult> {
    const answered = new AbortController();
    const late = setTimeout(MOST_MILLISECONDS, undefined, { signal: answered.signal }).then(
      (): BusHealthResult => ({
        [key]: { status: 'down', message: `The bus did not answer within ${MOST_MILLISECONDS} ms.` },
      }),
    );
    late.catch(() => undefined);
    try {
      return await Promise.race([this.bus.check(key), late]);
    } finally {
      answered.abort();
    }
  }
}
