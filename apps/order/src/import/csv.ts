/** A file that is not what it should be, with the line, so that a person can look. */
export class CsvError extends Error {
  constructor(
    readonly file: string,
    /** Absent where it is the file as a whole. */
    readonly line: number | undefined,
    problem: string,
  ) {
    super(line === undefined ? `${file} ${problem}.` : `${file}, line ${line}: ${problem}.`);
    this.name = 'CsvError';
  }
}

const LONGEST_SHOWN = 100;

/** What stands in a field, for a message: in one line and no longer than a person reads. */
export function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}

export interface CsvRow<Column extends string> {
  readonly line: number;
  readonly values: Readonly<Record<Column, string>>;
}

/** The named columns of a file with a header row (RFC 4180: quotes, doubled quotes, line breaks in quotes). Other columns are ignored. */
export function readTable<Column extends string>(
  file: string,
  text: string,
  columns: readonly Column[],
): readonly CsvRow<Column>[] {
  const [header, ...records] = readRecords(file, text);
  if (!header) throw new CsvError(file, 1, 'the file is empty');
  const indexes = columns.map((column) => {
    const index = header.fields.indexOf(column);
    if (index === -1) throw new CsvError(file, 1, `the column "${column}" is missing`);
    if (header.fields.includes(column, index + 1))
      throw new CsvError(file, 1, `the column "${column}" stands there twice`);
    return [column, index] as const;
  });
  return records.map((record) => {
    if (record.fields.length !== header.fields.length) {
      const counts = `${record.fields.length} fields where the header has ${header.fields.length}`;
      throw new CsvError(file, record.line, counts);
    }
    const values = Object.fromEntries(indexes.map(([column, index]) => [column, record.fields[index] ?? '']));
    return { line: record.line, values: values as Record<Column, string> };
  });
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function readRecords(file: string, text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let startedAt = 1;
  let fields: string[] = [];
  while (at < text.length || fields.length > 0) {
    const token = tokenAt(text, at);
    if (!token) throw new CsvError(file, line, 'a quote is not closed, or stands inside a field');
    const { field, end, next } = token;
    const blank = fields.length === 0 && next - at === end.length;
    at = next;
    fields.push(field);
    line += field.split('\n').length - 1;
    if (end === ',') continue;
    if (!blank) records.push({ line: startedAt, fields });
    fields = [];
    line += 1;
    startedAt = line;
  }
  return records;
}

interface CsvToken {
  readonly field: string;
  readonly end: string;
  readonly next: number;
}

/** What has no quotes, or follows them. */
const REST = /([^",\r\n]*)(,|\r\n|\n|\r|$)/y;

function tokenAt(text: string, at: number): CsvToken | undefined {
  const isQuoted = text[at] === '"';
  const close = isQuoted ? closingQuote(text, at + 1) : -1;
  if (isQuoted && close === -1) return undefined;
  REST.lastIndex = close === -1 ? at : close + 1;
  const match = REST.exec(text);
  if (!match) return undefined;
  const [, plain = '', end = ''] = match;
  if (!isQuoted) return { field: plain, end, next: REST.lastIndex };
  if (plain !== '') return undefined;
  return { field: text.slice(at + 1, close).replaceAll('""', '"'), end, next: REST.lastIndex };
}

/** Not by a pattern, which goes back over all of a long field and runs out of stack. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
