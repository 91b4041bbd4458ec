export const STEPS = ['placed', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded'] as const;

export type Funnel = Readonly<Record<(typeof STEPS)[number], number>>;

export abstract class FunnelQueries {
  /** How many orders have reached each step. */
  abstract funnel(): Promise<Funnel>;
}

/** A step that nobody has reached has no row. */
export function funnelOf(rows: readonly { readonly step: string; readonly orders: number }[]): Funnel {
  const counts = new Map(rows.map((row) => [row.step, row.orders]));
  return Object.fromEntries(STEPS.map((step) => [step, counts.get(step) ?? 0])) as Funnel;
}
