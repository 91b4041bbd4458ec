import { number, say, tell } from '../narrator.ts';
import { assertImported, assertSome, early, untilUnderWay, type RealOrders } from '../real-orders.ts';
import { headOf, liveVersion, type Outcome, until, waitUntilThere } from '../story.ts';
import type { Shop } from './shop.ts';

/** Real orders, imported as commands beside the running order service; projector and broker die meanwhile. */
export async function importOnBus(shop: Shop, source: RealOrders): Promise<Outcome> {
  const surprises: string[] = [];
  const order = await shop.startOrder();
  let projector = await shop.startProjector('1');
  tell(`order service on ${order.url}, projector on ${projector.url}, importing ${source.directory}`);
  const importing = shop.importOrders(source);
  let when = await untilUnderWay(projector, Math.ceil(early(source) / 2), importing);
  await projector.kill();
  tell(`kill -9 of the projector ${when}`);
  projector = await shop.startProjector('1');
  when = await untilUnderWay(projector, early(source), importing);
  await shop.broker.kill();
  tell(`kill -9 of ${shop.broker.name} ${when}`);
  await shop.broker.restart();
  tell(`${shop.broker.name} was started again`);
  const first = await importing;
  assertImported(first);
  say(first.output.trim().replaceAll(/^/gm, '         '));
  const head = await headOf(shop.stores.log);
  assertSome(head, source);
  await waitUntilThere(projector.url, head);
  tell(`the projector is at position ${number(head)}`);

  const second = await shop.importOrders(source);
  if (second.code !== 0) surprises.push(`the second import ended with code ${String(second.code)}`);
  if ((await headOf(shop.stores.log)) !== head) surprises.push('the second import appended something');
  else tell('imported a second time: nothing was appended');

  const next = await shop.startProjector('2');
  await waitUntilThere(next.url, head);
  // A rebuild beside a release that still builds its own new version could not be compared with anything.
  await until(async () => (await liveVersion(next.url)) === 2, 300_000);
  const codeOfOld = await projector.stop();
  tell(`SIGTERM to the old release: exit code ${String(codeOfOld)}`);
  const { code, output } = await shop.projectorCommand('projections', 'rebuild', 'orders', '--verify');
  if (code !== 0) throw new Error(`varve projections rebuild ended with code ${String(code)}:\n${output}`);
  tell(`varve projections rebuild orders --verify: ${output.trim().split('\n').slice(-2).join(' ')}`);
  const codes = [codeOfOld, await order.stop(), await next.stop()];
  if (codes.some((each) => each !== 0)) surprises.push(`exit codes after SIGTERM: ${codes.join(', ')}`);
  return { surprises };
}
