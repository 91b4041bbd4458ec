import { describe, expect, it } from 'vitest';
import { parseIfMatch } from '../src/http/entity-tag.js';
import { InvalidRequestError } from '../src/http/invalid-request.js';

describe('If-Match', () => {
  it.each([
    ['"3"', [3]],
    ['"3","4"', [3, 4]],
    ['"3" , "4"', [3, 4]],
    ['"3", , "4"', [3, 4]],
    [',"3",\t,', [3]],
    ['W/"3", "4"', [Number.NaN, 4]],
    ['"3,4", "5"', [Number.NaN, 5]],
    ['*', 'any'],
  ])('%j is read as RFC 9110 has it, whose lists may have empty elements', (header, versions) => {
    expect(parseIfMatch(header)).toEqual(versions);
  });

  it.each(['', ',', ' , ', '3', '"3', '3"', '"3""', '"3","', '"3" "4"', '"3"4', '*, "3"', 'w/"3"'])(
    '%j is refused: it is no list of entity tags',
    (header) => {
      expect(() => parseIfMatch(header)).toThrow(InvalidRequestError);
    },
  );
});
