import process from 'node:process';
import { styleText } from 'node:util';

const began = performance.now();

/** One line of the story, with the time since it began. */
export function tell(text: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${styleText('dim', `${seconds} s`)}  ${text}\n`);
}

export function heading(text: string): void {
  process.stdout.write(`\n${styleText('bold', text)}\n`);
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
