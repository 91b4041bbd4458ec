import { runScript } from './app-process.ts';
import { say, tell } from './narrator.ts';
import { headOf, type Outcome, rebuild, startProjector, untilBeyond, waitUntilThere } from './story.ts';
import type { Stores } from './stores/stores.ts';

export interface RealOrders {
  readonly directory: string;
  /** Only so many of them. */
  readonly first: number | undefined;
}

/** An order has four commits or so; this is in the first quarter of all that come. */
export function early({ first = 10_000 }: RealOrders): number {
  return first;
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
  await untilBeyond(projector.url, early(source));
  await projector.kill();
  tell('kill -9 of the projector while orders are imported');
  if (stores.afterKill !== undefined) tell(stores.afterKill);
  projector = await startProjector(stores, '1');
  const first = await importing;
  if (first.code !== 0) throw new Error(`The import ended with code ${String(first.code)}:\n${first.output}`);
  say(indented(first.output));
  const head = await headOf(stores.log);
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
