import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FAULTS, STEPS } from './cells.js';

const guide = readFileSync(new URL('../../docs/guides/fault-matrix.md', import.meta.url), 'utf8');

/** The rows of a table, by step. */
function cellsOf(section: string): ReadonlyMap<string, readonly string[]> {
  const text = guide.slice(guide.indexOf(section));
  const rows = text.split('\n').filter((line) => line.startsWith('| **'));
  const cells = rows.map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    cells.slice(0, STEPS.length).map(([, step = '', ...rest]) => [step.replaceAll('*', ''), rest]),
  );
}

describe.each([
  { publication: 'two-phase', section: '## RocketMQ, two-phase' },
  { publication: 'relay', section: '## RocketMQ, relay' },
] as const)('The guide to the fault matrix, $publication,', ({ publication, section }) => {
  const cells = cellsOf(section);

  test.each(STEPS)('names the test of every fault at %s, or says why there is none', (step) => {
    FAULTS.forEach(({ name, steps }, column) => {
      const cell = cells.get(step)?.[column];
      if (steps[publication].includes(step)) expect(cell).toBe(`\`${name}, at ${step}\``);
      else expect(cell).toMatch(/^— \w/);
    });
  });
});
