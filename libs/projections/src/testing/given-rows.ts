import { canonical } from './contract/check.js';

type Rows = Readonly<Record<string, readonly object[]>>;

/** A table without rows may be left out. @throws Error that shows what is missing and what was not expected, table by table */
export function assertSameRows(actual: Rows, expected: Rows): void {
  const tables = [...new Set([...Object.keys(actual), ...Object.keys(expected)])].toSorted();
  const lines = tables.flatMap((table) => differencesOf(table, actual[table] ?? [], expected[table] ?? []));
  if (lines.length === 0) return;
  throw new Error(['The rows are not the expected ones.', ...lines.map((line) => `  ${line}`)].join('\n'));
}

function differencesOf(table: string, actual: readonly object[], expected: readonly object[]): string[] {
  const left = actual.map(canonical);
  const missing: string[] = [];
  for (const row of expected.map(canonical)) {
    const at = left.indexOf(row);
    if (at === -1) missing.push(row);
    else left.splice(at, 1);
  }
  return [
    ...missing.map((row) => `${table}: expected ${row}`),
    ...left.map((row) => `${table}: got      ${row}`),
  ];
}
