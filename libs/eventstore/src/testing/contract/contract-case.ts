import { ok } from './check.js';

/**
 * One rule of a port and the proof that an adapter keeps it: it rejects when the adapter does not. Any test runner can run it:
 *
 *     for (const rule of eventStoreContract) test(rule.name, { skip: whyNot(rule, harness) }, () => rule.run(harness));
 */
export interface ContractCase<Harness> {
  /** The rule, as a sentence about the adapter. */
  readonly name: string;
  /** What the harness must be able to do; it names in `lacks` what it cannot, so that nothing is left out in silence. */
  readonly needs: readonly string[];
  run(harness: Harness): Promise<void>;
}

/** The part of a harness that `whyNot` looks at. */
export interface Lacking {
  /** Capability → why this adapter has not got it. */
  readonly lacks?: Readonly<Record<string, string>>;
}

/** Why a case cannot run against this harness, for the test runner to report; `undefined` when it can. */
export function whyNot(rule: ContractCase<never>, { lacks }: Lacking): string | undefined {
  const missing = rule.needs.find((need) => lacks?.[need] !== undefined);
  return missing === undefined ? undefined : `lacks ${missing}: ${String(lacks?.[missing])}`;
}

/** What gives each case something of its own to work with. */
export interface Opening {
  open(): Promise<{ dispose(): Promise<void> }>;
}

/** A case that works with what its harness has opened for it, and disposes of that whatever comes. What it needs has to be there. */
export function openedCase<Harness extends Opening>(
  name: string,
  needs: readonly string[],
  work: (opened: Awaited<ReturnType<Harness['open']>>, harness: Harness) => Promise<void>,
): ContractCase<Harness> {
  return {
    name,
    needs,
    async run(harness) {
      const opened = (await harness.open()) as Awaited<ReturnType<Harness['open']>>;
      try {
        for (const need of needs) {
          ok(need in opened, `This case needs "${need}": give it in open(), or say in lacks why not`);
        }
        await work(opened, harness);
      } finally {
        await opened.dispose();
      }
    },
  };
}
