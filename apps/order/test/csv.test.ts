import { describe, expect, it } from 'vitest';
import { CsvError, readTable } from '../src/import/csv.js';

const read = (text: string) =>
  readTable('x.csv', text, ['a', 'b']).map((row) => ({ ...row.values, line: row.line }));

describe('reading a table', () => {
  it('takes the named columns, whatever their order and whatever stands beside them', () => {
    expect(read('b,other,a\n1,2,3\n')).toEqual([{ a: '3', b: '1', line: 2 }]);
  });

  it('reads quoted fields with commas, quotes and line breaks, and still counts lines', () => {
    expect(read('a,b\r\n"x, ""y""","1\n2"\r\nlast,row')).toEqual([
      { a: 'x, "y"', b: '1\n2', line: 2 },
      { a: 'last', b: 'row', line: 4 },
    ]);
  });

  it('keeps empty fields, skips blank lines and a byte order mark', () => {
    expect(read('\uFEFFa,b\n,\n\nx,\n')).toEqual([
      { a: '', b: '', line: 2 },
      { a: 'x', b: '', line: 4 },
    ]);
  });

  it('reads a quoted field of any length', () => {
    const long = 'x'.repeat(12_000_000);
    expect(read(`a,b\n"${long}""",2\n`)).toEqual([{ a: `${long}"`, b: '2', line: 2 }]);
  });

  it.each([
    ['a file without the column', 'a,c\n1,2\n', 'x.csv, line 1: the column "b" is missing.'],
    ['a short line', 'a,b\n1,2\n3\n', 'x.csv, line 3: 1 fields where the header has 2.'],
    ['an open quote', 'a,b\n1,2\n"3,4\n', 'x.csv, line 3: a quote is not closed, or stands inside a field.'],
    [
      'a column that stands there twice',
      'a,b,a\n1,2,3\n',
      'x.csv, line 1: the column "a" stands there twice.',
    ],
    ['an empty file', '', 'x.csv, line 1: the file is empty.'],
  ])('refuses %s and says where', (_what, text, message) => {
    expect(() => read(text)).toThrow(CsvError);
    expect(() => read(text)).toThrow(message);
  });
});
