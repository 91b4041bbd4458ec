import { styleText } from 'node:util';
import type { Row } from './measure.ts';

const BAR = 40;

/** A table, and a bar for each ratio with the goal marked in it. */
export function describeRows(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    figure(row.ours),
    row.reference === null ? '-' : figure(row.reference),
    row.unit,
    row.ratio === null ? '-' : `${figure(row.ratio)}x`,
    row.goal === null ? '' : `≥ ${row.goal}`,
    verdict(row),
  ]);
  const header = ['', 'Varve', 'reference', 'unit', 'ratio', 'goal', ''];
  const widths = header.map((title, i) =>
    Math.max(title.length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const right = new Set([1, 2, 4]);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => (right.has(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const notes = rows.filter(({ note }) => note).map(({ name, note }) => `${name}: ${note}`);
  return [styleText('bold', line(header)), ...cells.map(line), ...notes].join('\n');
}

export function plotRows(rows: readonly Row[]): string {
  const shown = rows.filter((row) => row.ratio !== null && Number.isFinite(row.ratio));
  const most = Math.log2(Math.max(2, ...shown.map((row) => Math.max(row.ratio ?? 1, row.goal ?? 1))));
  const least = Math.min(-1, ...shown.map((row) => Math.log2(row.ratio ?? 1)));
  const at = (ratio: number): number => Math.round(((Math.log2(ratio) - least) / (most - least)) * BAR);
  const width = Math.max(...shown.map((row) => row.name.length));
  return shown
    .map((row) => {
      const bar = Array.from('█'.repeat(Math.max(1, at(row.ratio ?? 1))).padEnd(BAR + 1));
      bar[at(1)] = bar[at(1)] === '█' ? '▌' : '│';
      if (row.goal !== null) bar[at(row.goal)] = '◆';
      return `${row.name.padEnd(width)}  ${bar.join('').trimEnd()}`;
    })
    .join('\n');
}

export function isMissed(row: Row): boolean {
  return row.goal !== null && (row.ratio === null || !(row.ratio >= row.goal));
}

function verdict(row: Row): string {
  if (row.goal === null) return '';
  return isMissed(row) ? styleText('red', 'missed') : styleText('green', 'ok');
}

function figure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
