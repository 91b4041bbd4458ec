import type { Rows } from './fold.ts';

export interface Comparison {
  readonly compared: number;
  readonly differences: readonly string[];
}

/** Every row of every read model against the expected ones, both ways. */
export function compareRows(found: Rows, expected: Rows): Comparison {
  const differences: string[] = [];
  for (const [key, row] of expected) {
    const other = found.get(key);
    if (!other) differences.push(`${key}: missing in the read model`);
    else if (canonical(row) !== canonical(other)) {
      differences.push(`${key}: log says ${canonical(row)}, read model says ${canonical(other)}`);
    }
  }
  for (const key of found.keys()) if (!expected.has(key)) differences.push(`${key}: not in the log`);
  return { compared: new Set([...expected.keys(), ...found.keys()]).size, differences };
}

function canonical(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
}
