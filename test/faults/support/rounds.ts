import { seededRandom } from '../../support/seeded-random.ts';

/** How often something is killed in a test: few times with all other tests, many where faults are tested alone. */
export const rounds = Number(process.env['VARVE_FAULT_ROUNDS'] ?? 25);

/** What is random here; the moments at which the operating system stops a process are so anyway. */
export const seed = Number(process.env['VARVE_FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** How long so many rounds may take on a machine with other things to do, in milliseconds. */
export function timeFor(kills: number): number {
  return 60_000 + kills * 3_000;
}

/** A source of chance of its own for each test, from the printed seed. */
export function chanceFor(test: string): () => number {
  process.stdout.write(`${test}: VARVE_FAULT_ROUNDS=${rounds} VARVE_FAULT_SEED=${seed}\n`);
  return seededRandom(seed);
}
