import { z } from 'zod';
import type { Environment } from './environment.js';

/** What is said of variables that are set, mean nothing, and are one slip away from one that does: by themselves they would be passed over. */
export function misspelledVariables(schema: z.ZodType, environment: Environment): readonly string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const known = Object.keys(schema.shape);
  return Object.keys(environment).flatMap((said) => {
    if (!said.toUpperCase().startsWith('VARVE_') || known.includes(said)) return [];
    const meant = known.find(
      (name) => environment[name] === undefined && isOneSlip(plain(said), plain(name)),
    );
    return meant === undefined ? [] : [`${said} is not known: ${meant} may be meant`];
  });
}

function plain(name: string): string {
  return name.toUpperCase().replaceAll('_', '');
}

/** Nothing, one letter too many, too few or wrong, or two that have changed places. */
function isOneSlip(said: string, meant: string): boolean {
  let start = 0;
  while (start < said.length && said[start] === meant[start]) start += 1;
  let end = 0;
  const most = Math.min(said.length, meant.length) - start;
  while (end < most && said.at(-1 - end) === meant.at(-1 - end)) end += 1;
  const [left, right] = [said, meant].map((name) => name.slice(start, name.length - end)) as [string, string];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && left === right.charAt(1) + right.charAt(0);
}
