import { whyNot, type ContractCase, type Lacking } from '@varve/eventstore/testing';
import { describe, test } from 'vitest';

/** Runs every case of a contract against an adapter; a case that the adapter cannot do is reported as skipped, with the reason. */
export function enrol<Harness>(
  adapter: string,
  contract: readonly ContractCase<Harness>[],
  harness: NoInfer<Harness> & Lacking,
): void {
  describe(adapter, () => {
    for (const rule of contract) {
      const reason = whyNot(rule, harness);
      test(rule.name, async (context) => {
        if (reason !== undefined) context.skip(reason);
        await rule.run(harness);
      });
    }
  });
}
