import { printable as onOneLine, type RecordedEvent } from '@varve/eventstore';
import stringWidth from 'string-width';

export type Cell = string | number | boolean | Date | undefined;

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Cell;
  /** Default `left`; numbers read better on the `right`. */
  readonly align?: 'left' | 'right';
  /** Gives way when the terminal is too narrow. */
  readonly clip?: boolean;
}

const GAP = '  ';
const NARROWEST = 12;

/** A plain table: a header, two spaces between columns, no frame, so that it can be read, cut and grepped. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width = Infinity,
): string {
  const texts = rows.map((row) => columns.map((column) => cellText(column.of(row))));
  const widest = columns.map((column, i) =>
    texts.reduce((most, line) => Math.max(most, stringWidth(line[i] ?? '')), stringWidth(column.title)),
  );
  const widths = fitted(columns, widest, width);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => pad(clipped(cell, widths[i] ?? 0), widths[i] ?? 0, columns[i]?.align ?? 'left'))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...texts.map(line)].join('\n');
}

/** A name from the log may hold anything, escape sequences included; none of them may reach the terminal. */
export function printable(text: string): string {
  return onOneLine(text, Number.POSITIVE_INFINITY);
}

/** Keeps the line breaks of a text, and nothing else that moves the cursor. */
export function printableLines(text: string, indent = ''): string {
  return text
    .split('\n')
    .map((line, i) => (i === 0 ? '' : indent) + printable(line))
    .join('\n');
}

/** `3  2026-01-31T12:00:00.000Z  order.paid  {"cents":5}` */
export function describeEvent({ version, at, type, data }: RecordedEvent): string {
  return [version, at.toISOString(), printable(type), printable(JSON.stringify(data))].join(GAP);
}

const STEPS = [
  { unit: 's', seconds: 1 },
  { unit: 'min', seconds: 60 },
  { unit: 'h', seconds: 3_600 },
  { unit: 'days', seconds: 86_400 },
] as const;

/** How long ago, in the largest unit of which there are at least two: `90 s ago`, `3 min ago`. */
export function since(then: Date, now: number = Date.now()): string {
  const seconds = Math.max(0, (now - then.getTime()) / 1_000);
  const step = STEPS.findLast((each) => seconds >= 2 * each.seconds) ?? STEPS[0];
  return `${Math.floor(seconds / step.seconds)} ${step.unit} ago`;
}

function fitted<Row>(
  columns: readonly Column<Row>[],
  widest: readonly number[],
  width: number,
): readonly number[] {
  let excess = widest.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width;
  return widest.map((each, i) => {
    if (excess <= 0 || !columns[i]?.clip) return each;
    const less = Math.min(excess, Math.max(0, each - NARROWEST));
    excess -= less;
    return each - less;
  });
}

function clipped(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (stringWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '-';
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === 'number') return cell.toLocaleString('en-US');
  return printable(String(cell));
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}
