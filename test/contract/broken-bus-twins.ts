import type { ContractCase } from '@varve/eventstore/testing';
import { isNamed, proveEveryCase, type Twin } from './broken-twins.js';

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
  twins: readonly Twin<Harness>[],
): void {
  proveEveryCase(`A bus that breaks ${what}`, contract, twins, noticed);
}

async function noticed<Harness>(
  contract: readonly ContractCase<Harness>[],
  twin: Twin<Harness>,
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

async function fails<Harness>(rule: ContractCase<Harness>, twin: Twin<Harness>): Promise<boolean> {
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
