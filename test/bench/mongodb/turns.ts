import { median, timed, type Row } from '../measure.ts';

export interface Turns {
  readonly name: string;
  /** What is counted, e.g. `events/s`. */
  readonly unit: string;
  /** How many of them one side does in one turn. */
  readonly amount: number;
  readonly turns: number;
  readonly goal: number | null;
  readonly ours: (turn: number) => Promise<unknown>;
  readonly reference: (turn: number) => Promise<unknown>;
}

/** Turns that count for nothing: servers compile, and fill their caches, while they work. */
const WARM_UP = 1 / 4;

/**
 * A server that shares its processors with whoever measures is not the same from second to second, so both sides take turns of some
 * milliseconds on one server, each pair beginning with the other one; the median of the pairs' ratios.
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
