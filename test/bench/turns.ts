import { median, timed, type Row } from './measure.ts';

export interface Turns {
  readonly name: string;
  /** What is counted, e.g. `events/s`. */
  readonly unit: string;
  /** How many of them one side does in one turn. */
  readonly amount: number;
  readonly turns: number;
  readonly goal: number | null;
  readonly ours: (turn: number) => unknown;
  readonly reference: (turn: number) => unknown;
}

/** Turns that count for nothing: code is compiled, and caches are filled, while they work. */
const WARM_UP = 1 / 4;

/**
 * A disk flush takes twice as long in one second as in the next, and a server that shares its processors with whoever measures is no
 * steadier; so both sides take turns of some milliseconds, each pair beginning with the other one; the median of the pairs' ratios.
 */
export async function inTurns({ name, unit, amount, turns, goal, ours, reference }: Turns): Promise<Row> {
  const oursTook: number[] = [];
  const referenceTook: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const pair = [
      async () => oursTook.push(await timed(() => ours(turn))),
      async () => referenceTook.push(await timed(() => reference(turn))),
    ];
    for (const side of turn % 2 === 0 ? pair : pair.reverse()) await side();
  }
  const first = Math.floor(turns * WARM_UP);
  const [our, other] = [oursTook.slice(first), referenceTook.slice(first)];
  const rate = (times: readonly number[]): number => (amount * 1000) / median(times);
  const ratio = median(our.map((time, turn) => (other[turn] ?? Number.NaN) / time));
  return { name, unit, ours: rate(our), reference: rate(other), ratio, goal };
}
