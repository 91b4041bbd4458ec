import { expect, test } from 'vitest';
import { assertDriverRuns } from '../../src/sqlite/open-database.js';

test('a Node that the driver would crash is refused with what to do', () => {
  for (const nodeApi of ['9', undefined]) {
    expect(() => assertDriverRuns(nodeApi)).toThrow(
      expect.objectContaining({
        code: 'store-incompatible',
        message: expect.stringContaining('22.14') as string,
      }) as Error,
    );
  }
  expect(() => assertDriverRuns('10')).not.toThrow();
});
