import stringWidth from 'string-width';

export type Cell = string | number | boolean | Date | undefined;

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Cell;
  /** Default `left`; numbers read better on the `right`. */
  readonly align?: 'left' | 'right';
}

/** A plain table: a header, two spaces between columns, no frame, so that it can be read, cut and grepped. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const texts = rows.map((row) => columns.map((column) => cellText(column.of(row))));
  const widths = columns.map((column, i) =>
    Math.max(stringWidth(column.title), ...texts.map((line) => stringWidth(line[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => pad(cell, widths[i] ?? 0, columns[i]?.align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...texts.map(line)].join('\n');
}

/** A name from the log may hold anything, escape sequences included; none of them may reach the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
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
