import type { BrokenTwin, ContractCase } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';

/** Each twin fails exactly the cases that it names, and no case is left that no twin fails. */
export function provesEveryCase<Harness>(
  what: string,
  contract: readonly ContractCase<Harness>[],
  twins: readonly BrokenTwin<NoInfer<Harness>>[],
): void {
  describe(`A store that breaks ${what}:`, () => {
    test.each(twins)('is noticed where it $name', async (twin) => {
      const noticed: string[] = [];
      for (const rule of contract) if (await fails(rule, twin.harness)) noticed.push(rule.name);
      expect(noticed).toEqual(contract.map((rule) => rule.name).filter((name) => isNamed(name, twin)));
      expect(noticed).not.toEqual([]);
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

async function fails<Harness>(rule: ContractCase<Harness>, harness: Harness): Promise<boolean> {
  try {
    await rule.run(harness);
    return false;
  } catch {
    return true;
  }
}

function isNamed(name: string, { fails: named }: BrokenTwin<unknown>): boolean {
  return named.some((one) => matches(name, one));
}

function matches(name: string, named: string | RegExp): boolean {
  return typeof named === 'string' ? name === named : named.test(name);
}
