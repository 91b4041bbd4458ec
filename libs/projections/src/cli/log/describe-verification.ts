import type { RowDifference } from '../../projection/rebuild/compare-rows.js';
import type { Verification } from '../../projection/rebuild/rebuild-options.js';
import { printable } from '../terminal/render.js';

const WHY = {
  'nothing-live': 'nothing was live',
  'other-log': 'the live version comes from another log',
  'live-behind': 'the live version stands still behind it',
  'live-unsettled':
    'rows of the live version are ahead of its checkpoint, since an instance died: start a projector, then verify again',
  'built-elsewhere': 'a projector or another rebuild builds this version already, or has just made it live',
} as const;

const SHOWN = 20;

/** What `--verify` found, as lines. */
export function describeVerification(verification: Verification | undefined): readonly string[] {
  if (!verification) return [];
  if (verification.verdict === 'not-comparable') return [`Not verified: ${WHY[verification.why]}.`];
  const { rows, differing, differences, parked } = verification;
  const at = `at position ${verification.position.toLocaleString('en-US')}`;
  const lines =
    verification.verdict === 'same'
      ? [`Verified ${at}: all ${rows.toLocaleString('en-US')} rows are the same.`]
      : [
          `${differing.toLocaleString('en-US')} rows differ ${at}, where ${rows.toLocaleString('en-US')} are live:`,
        ];
  lines.push(...differences.slice(0, SHOWN).map(describeDifference));
  if (differing > SHOWN)
    lines.push(`  … and ${differing - SHOWN} more (--json lists the first ${differences.length})`);
  for (const side of ['live', 'rebuilt'] as const) {
    if (parked[side].length > 0)
      lines.push(`  parked in the ${side} version: ${describeStreams(parked[side])}`);
  }
  return lines;
}

function describeDifference({ kind, table, key, live, rebuilt }: RowDifference): string {
  const rows = kind === 'different' ? `: ${JSON.stringify(live)} → ${JSON.stringify(rebuilt)}` : '';
  return `  ${kind} ${printable(`${table} ${key}${rows}`)}`;
}

function describeStreams(streams: readonly string[]): string {
  const shown = streams.slice(0, SHOWN).map(printable).join(', ');
  const more = streams.length - SHOWN;
  return more > 0 ? `${shown} … and ${more.toLocaleString('en-US')} more (--json lists all)` : shown;
}
