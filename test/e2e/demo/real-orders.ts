import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript, type Finished, type RunningApp } from './app-process.ts';
import { say, tell } from './narrator.ts';
import { Refusal } from './refusal.ts';
import { headOf, type Outcome, rebuild, startProjector, untilBeyond, waitUntilThere } from './story.ts';
import type { Stores } from './stores/stores.ts';

export interface RealOrders {
  readonly directory: string;
  /** Only so many of them. */
  readonly first: number | undefined;
}

/** An order has four commits or so; this is in the first quarter of all that come. A field may hold line breaks, so it may be somewhat more. */
export function early({ directory, first = Infinity }: RealOrders): number {
  const lines = readFileSync(join(directory, 'orders.csv'), 'utf8').trim().split('\n').length;
  return Math.max(1, Math.min(first, lines - 1));
}

/** Waits until the projector is past a position; an import that ends before says how. @throws Refusal what keeps it from importing */
export async function untilUnderWay(
  projector: RunningApp,
  position: number,
  importing: Promise<Finished>,
): Promise<'while orders are imported' | 'when all orders were imported'> {
  const ended = await Promise.race([untilBeyond(projector.url, position), importing]);
  if (!ended) return 'while orders are imported';
  assertImported(ended);
  return 'when all orders were imported';
}

/** @throws Refusal what has kept it from importing */
export function assertImported({ code, output }: Finished): void {
  if (code !== 0) throw new Refusal(`The orders could not be imported: ${output.trim()}`, 1);
}

/** @throws Refusal there was none to import */
export function assertSome(head: number, { directory }: RealOrders): void {
  if (head === 0)
    throw new Refusal(`orders.csv in ${directory} has no order: there is nothing to compare.`, 1);
}

/** The command line of `order import`. */
export function importArguments({ directory, first }: RealOrders): readonly string[] {
  return ['import', directory, ...(first === undefined ? [] : ['--first', String(first)])];
}

/** Real orders, imported as commands while the projector follows, dies and comes back; then again, which must import nothing. */
export async function importRealOrders(stores: Stores, source: RealOrders): Promise<Outcome> {
  let projector = await startProjector(stores, '1');
  tell(`projector on ${projector.url} (pid ${projector.pid}), importing ${source.directory}`);
  const importing = runScript('apps/order/dist/cli.js', importArguments(source), stores.log.env);
  const when = await untilUnderWay(projector, early(source), importing);
  await projector.kill();
  tell(`kill -9 of the projector ${when}`);
  if (stores.afterKill !== undefined) tell(stores.afterKill);
  projector = await startProjector(stores, '1');
  const first = await importing;
  assertImported(first);
  say(indented(first.output));
  const head = await headOf(stores.log);
  assertSome(head, source);
  await waitUntilThere(projector.url, head);
  tell(`the projector is at position ${head}`);

  const second = await runScript('apps/order/dist/cli.js', importArguments(source), stores.log.env);
  const surprises: string[] = [];
  if (second.code !== 0) surprises.push(`the second import ended with code ${String(second.code)}`);
  if ((await headOf(stores.log)) !== head) surprises.push('the second import appended something');
  else tell('imported a second time: nothing was appended');

  const next = await startProjector(stores, '2');
  await waitUntilThere(next.url, head);
  await projector.stop();
  await rebuild(stores);
  await next.stop();
  return { surprises };
}

function indented(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `         ${line}`)
    .join('\n');
}
