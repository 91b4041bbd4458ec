import type { ImportReport, Refusal } from './import-orders.js';
import { OBSERVATION_MEANINGS } from './observations.js';
import type { Observation } from './observations.js';

const MOST_SHOWN = 3;

/** The report for a person. */
export function reportText(report: ImportReport, milliseconds: number): string {
  const { appended, repeated, refused } = report;
  const rate = Math.round(((appended + repeated) / Math.max(milliseconds, 1)) * 1000);
  const lines = [
    `${report.outcome === 'complete' ? 'Imported' : 'Stopped while importing'} ${n(report.orders)} orders, ` +
      `${n(report.steps)} commands, in ${(milliseconds / 1000).toFixed(1)} s (${n(rate)}/s):`,
    `${n(appended).padStart(9)}  appended`,
    `${n(repeated).padStart(9)}  imported by an earlier run`,
    `${n(refused.length).padStart(9)}  refused by a rule`,
  ];
  if (refused.length > 0) lines.push('', 'What the rules refused:', ...refusalLines(refused));
  lines.push(
    '',
    'What was told late, twice or not at all, and is against no rule:',
    ...observationLines(report),
  );
  if (report.outcome === 'stopped') lines.push('', 'Run it again to import the rest.');
  return `${lines.join('\n')}\n`;
}

function refusalLines(refused: readonly Refusal[]): string[] {
  const groups = Map.groupBy(refused, ({ step, rule }) => `${step}: ${rule}`);
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .flatMap(([name, members]) => {
      const shown = members
        .slice(0, MOST_SHOWN)
        .map(({ orderId, message }) => `${' '.repeat(11)}${orderId}  ${message}`);
      const more = members.length - shown.length;
      const rest = more > 0 ? [`${' '.repeat(11)}and ${n(more)} more (--json lists all)`] : [];
      return [`${n(members.length).padStart(9)}  ${name}`, ...shown, ...rest];
    });
}

function observationLines({ observations }: ImportReport): string[] {
  const counted = Object.entries(observations) as [Observation, number][];
  return counted
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${n(count).padStart(9)}  ${kind}: ${OBSERVATION_MEANINGS[kind]}`);
}

function n(count: number): string {
  return count.toLocaleString('en-US');
}
