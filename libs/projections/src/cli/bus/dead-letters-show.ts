import type { DeadLetter } from '@varve/bus';
import type { CliTarget } from '../target.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable, printableLines } from '../terminal/render.js';
import { busOfGroup, whyNothingOf } from './buses.js';
import { shown } from './dead-letters-list.js';

/** One dead letter: why it is one, and all that came. */
export async function deadLettersShow(
  target: CliTarget,
  [group, id]: readonly [string, string],
  { bus, json }: { readonly bus?: string; readonly json: boolean },
  io: CliIo,
): Promise<ExitCode> {
  const one = busOfGroup(target, group, bus);
  const letter = await one.bus.deadLetters(group).find(id);
  if (!letter) {
    const why = whyNothingOf(one, group);
    throw new Error(`Group "${group}" has no dead letter "${id}".${why === undefined ? '' : ` ${why}`}`);
  }
  const body = new TextDecoder().decode(letter.raw.body);
  answer(io, json, { ...shown(letter), body }, describe(letter, body));
  return EXIT.ok;
}

function describe(
  { id, group, topic, key, at, attempts, errorCode, reason, raw }: DeadLetter,
  body: string,
): string {
  const code = errorCode === undefined ? '' : `${errorCode}: `;
  return [
    `${printable(id)} of group ${printable(group)}`,
    `  from topic ${printable(topic)}${key === undefined ? '' : `, key ${printable(key)}`}`,
    ...(at ? [`  given up on ${at.toISOString()}`] : []),
    ...(attempts === undefined ? [] : [`  tried ${attempts === 1 ? 'once' : `${attempts} times`}`]),
    `  ${printableLines(`${code}${reason ?? 'the broker does not say why'}`, '    ')}`,
    ...Object.entries(raw.headers).map(([name, value]) => `  ${printable(name)}: ${printable(value)}`),
    `  ${printableLines(body, '  ')}`,
  ].join('\n');
}
