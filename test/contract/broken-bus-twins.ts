import type { BrokenTwin, ContractCase } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';

/** Each case has a broker of its own, and most of a failing one's time is waiting for what never comes. */
const AT_THE_SAME_TIME = 16;
/** A case that should fail is given little time, and on a busy machine several tries; one that should pass, all the time it wants. */
const LITTLE_TIME = 250;
const MUCH_TIME = 20_000;
const TRIES = 4;

/** Each twin fails exactly the cases that it names, and no case is left that no twin fails. */
export function provesEveryBusCase<Harness>(
  what: string,
  contract: readonly ContractCase<Harness>[],
  twins: readonly BrokenTwin<NoInfer<Harness>>[],
): void {
  describe(`A bus that breaks ${what}:`, () => {
    test.each(twins)('is noticed where it $name', async (twin) => {
      const expected = contract.map(({ name }) => name).filter((name) => isNamed(name, twin));
      expect(await noticed(contract, twin)).toEqual(expected);
      expect(expected).not.toEqual([]);
    });

    test.each(contract)('is noticed by the case "$name"', ({ name }) => {
      expect(twins.filter((twin) => isNamed(name, twin))).not.toEqual([]);
    });

    test('is named by cases that there are', () => {
      const names = contract.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const named of twins.flatMap((twin) => twin.fails)) {
        expect(names.filter((name) => matches(name, named))).not.toEqual([]);
      }
    });
  });
}

async function noticed<Harness>(
  contract: readonly ContractCase<Harness>[],
  twin: BrokenTwin<NoInfer<Harness>>,
): Promise<string[]> {
  const failed = new Set<string>();
  const waiting = [...contract];
  const runSome = async (): Promise<void> => {
    for (let rule = waiting.shift(); rule; rule = waiting.shift()) {
      if (await fails(rule, twin)) failed.add(rule.name);
    }
  };
  await Promise.all(Array.from({ length: AT_THE_SAME_TIME }, runSome));
  return contract.map(({ name }) => name).filter((name) => failed.has(name));
}

async function fails<Harness>(
  rule: ContractCase<Harness>,
  twin: BrokenTwin<NoInfer<Harness>>,
): Promise<boolean> {
  const shouldFail = isNamed(rule.name, twin);
  const harness = { ...twin.harness, patience: shouldFail ? LITTLE_TIME : MUCH_TIME };
  for (let attempt = 0; attempt < (shouldFail ? TRIES : 1); attempt++) {
    const isFailed = await rule.run(harness).then(
      () => false,
      () => true,
    );
    if (isFailed) return true;
  }
  return false;
}

function isNamed(name: string, { fails }: BrokenTwin<unknown>): boolean {
  return fails.some((one) => matches(name, one));
}

function matches(name: string, named: string | RegExp): boolean {
  return typeof named === 'string' ? name === named : named.test(name);
}
