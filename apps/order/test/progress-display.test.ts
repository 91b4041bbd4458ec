import { expect, it } from 'vitest';
import { ProgressDisplay } from '../src/import/progress-display.js';

function display(isTTY: boolean) {
  const written: string[] = [];
  const clock = { now: 0 };
  const output = { isTTY, write: (text: string) => written.push(text) };
  return { written, clock, progress: new ProgressDisplay(output, () => clock.now) };
}

it('draws a bar over itself on a terminal, ten times a second at most, and always the end', () => {
  const { written, clock, progress } = display(true);
  for (let done = 1; done <= 100; done++) {
    clock.now = done * 10;
    progress.update(done, 100);
  }
  progress.end();
  expect(written).toHaveLength(12);
  expect(written.every((text, n) => text.startsWith('\r') || n === 11)).toBe(true);
  expect(written[5]).toContain('█'.repeat(15) + '░'.repeat(15));
  expect(written[10]).toContain('100 %  100 of 100  100/s  0 s left');
});

it('writes a plain line for every tenth where there is no terminal', () => {
  const { written, clock, progress } = display(false);
  for (let done = 1; done <= 4000; done++) {
    clock.now = done;
    progress.update(done, 4000);
  }
  progress.end();
  expect(written).toHaveLength(10);
  expect(written[0]).toBe(' 10 %  400 of 4,000  1,000/s  4 s left\n');
});
