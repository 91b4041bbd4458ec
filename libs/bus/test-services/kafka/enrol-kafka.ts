import { whyNot } from '@varve/eventstore/testing';
import type { BusCase, BusHarness } from '@varve/bus/testing';
import type { KafkaMessageBus } from '@varve/bus/kafka';
import { describe, test } from 'vitest';

/** Runs cases of the contract; one that the bus cannot do is reported as skipped, with the reason. */
export function enrolKafka(
  name: string,
  cases: readonly BusCase[],
  harness: BusHarness<KafkaMessageBus>,
): void {
  describe(name, () => {
    for (const rule of cases) {
      const reason = whyNot(rule, harness);
      test(rule.name, async (context) => {
        if (reason !== undefined) context.skip(reason);
        await rule.run(harness);
      });
    }
  });
}
