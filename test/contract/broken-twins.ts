import type { BrokenTwin, ContractCase } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';

export type Twin<Harness> = BrokenTwin<NoInfer<Harness>>;

/** The names of the cases that a twin fails, in the contract's order. */
export type Notice<Harness> = (
  contract: readonly ContractCase<Harness>[],
  twin: Twin<Harness>,
) => Promise<readonly string[]>;

/** Each twin fails exactly the cases that it names, and no case is left that no twin fails. */
export function provesEveryCase<Harness>(
  what: string,
  contract: readonly ContractCase<Harness>[],
  twins: readonly Twin<Harness>[],
): void {
  proveEveryCase(`A store that breaks ${what}`, contract, twins, oneByOne);
}

/** As above, of whatever the title says, and with its own way of noticing. */
export function proveEveryCase<Harness>(
  title: string,
  contract: readonly ContractCase<Harness>[],
  twins: readonly Twin<Harness>[],
  notice: Notice<Harness>,
): void {
  describe.concurrent(`${title}:`, () => {
    test.each(twins)('is noticed where it $name', async (twin) => {
      const expected = contract.map(({ name }) => name).filter((name) => isNamed(name, twin));
      expect(await notice(contract, twin)).toEqual(expected);
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

async function oneByOne<Harness>(
  contract: readonly ContractCase<Harness>[],
  twin: Twin<Harness>,
): Promise<readonly string[]> {
  const noticed: string[] = [];
  for (const rule of contract) if (await fails(rule, twin.harness)) noticed.push(rule.name);
  return noticed;
}

async function fails<Harness>(rule: ContractCase<Harness>, harness: Harness): Promise<boolean> {
  try {
    await rule.run(harness);
    return false;
  } catch {
    return true;
  }
}

export function isNamed(name: string, { fails: named }: BrokenTwin<unknown>): boolean {
  return named.some((one) => matches(name, one));
}

function matches(name: string, named: string | RegExp): boolean {
  return typeof named === 'string' ? name === named : named.test(name);
}
