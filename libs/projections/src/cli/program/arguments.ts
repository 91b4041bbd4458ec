import { InvalidArgumentError } from 'commander';

/** A whole number from 0, for commander; also as the tables print it: `12,345`. */
export function wholeNumber(text: string): number {
  return numberFrom(0, text);
}

export function positiveNumber(text: string): number {
  return numberFrom(1, text);
}

function numberFrom(least: number, text: string): number {
  const value = Number(text.replaceAll(',', ''));
  const isWhole = /^(\d+|\d{1,3}(,\d{3})+)$/.test(text) && Number.isSafeInteger(value);
  if (isWhole && value >= least) return value;
  throw new InvalidArgumentError(`Use a whole number from ${least}.`);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `250ms`, `30s`, `5m`, `1h`, or seconds without a unit; in milliseconds. */
export function duration(text: string): number {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * (UNITS[unit] ?? 1);
  throw new InvalidArgumentError('Use a duration such as 250ms, 30s or 5m.');
}

/** Collects an option that may be given more than once. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
