import { Module } from '@nestjs/common';
import type { WireMessage } from '@varve/bus';
import { MemoryBroker } from '@varve/bus/memory';
import { BusModule } from '@varve/bus/nest';
import { describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { appOf, shop, busOn, deadLetters, Mailing } from './bus-shop.js';
import { varve } from './command.js';

/** Something happens as soon as the first message is there. */
class ReactingBroker extends MemoryBroker {
  reaction: (() => void) | undefined;

  override store(wire: WireMessage): void {
    super.store(wire);
    this.reaction?.();
    this.reaction = undefined;
  }
}

describe('dead letters', () => {
  test('are listed, page by page, and shown whole; nothing of them reaches the terminal as an escape sequence', async () => {
    const { app, broker } = shop();
    expect((await varve('dead-letters list mail', { app })).out).toBe('Group "mail" has no dead letters.');
    await deadLetters(broker, '1', '2', '3');
    const listed = JSON.parse((await varve('dead-letters list mail --json', { app })).out) as {
      id: string;
    }[];
    expect(listed).toMatchObject([{ key: 'order-1' }, { key: 'order-2' }, { key: 'order-3' }]);
    const table = await varve('dead-letters list mail --limit 2', { app });
    expect(table.out).toMatch(/^ID +TOPIC +KEY +TRIED +SINCE +WHY\n\S+ +order +order-1 +1 /);
    expect(table.out).toContain(`More may follow: --after '${listed[1]!.id}'`);
    const rest = await varve(['dead-letters', 'list', 'mail', '--after', listed[1]!.id], { app });
    expect(rest.out).toContain('order-3');
    expect(rest.out).not.toContain('order-2');
    const shown = await varve(['dead-letters', 'show', 'mail', listed[0]!.id], { app });
    expect(shown.out).toMatch(/from topic order, key order-1[^]*bounced: .*no such.* mailbox[^]*hello 1/);
    const json = JSON.parse(
      (await varve(['dead-letters', 'show', 'mail', listed[0]!.id, '--json'], { app })).out,
    ) as object;
    expect(json).toMatchObject({
      errorCode: 'bounced',
      message: { event: { data: { text: 'hello 1\u001b[2J' } } },
    });
    for (const { out } of [table, shown]) expect(out).not.toContain('\u001b');
    expect(await varve('dead-letters show mail nothing', { app })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Group "mail" has no dead letter "nothing"\./) as string,
    });
    const warned = await varve('doctor', { app });
    expect(warned.out).toContain('! group mail: 3 dead letters: see "varve dead-letters list mail"');
  });

  test('are published again, each by its id or all of them, and are gone', async () => {
    const { app, broker } = shop();
    await deadLetters(broker, '1', '2', '3');
    const again: string[] = [];
    await busOn(broker).subscribe(
      { topics: ['order'], group: 'mail' },
      async ({ event }) => void again.push(event.id),
    );
    const [first] = await busOn(broker).deadLetters('mail').list();
    const one = await varve(['dead-letters', 'retry', 'mail', first!.id, 'nothing'], { app });
    expect(one).toMatchObject({ code: 1, err: 'Group "mail" has no dead letter "nothing".' });
    await until(() => again.length === 1, { what: 'the first' });
    const all = await varve('dead-letters retry mail --all --json', { app });
    expect([all.code, JSON.parse(all.out)]).toMatchObject([
      0,
      { request: 'retry', group: 'mail', missing: [] },
    ]);
    await until(() => again.length === 3, { what: 'the others' });
    expect((await varve('dead-letters retry mail --all', { app })).out).toBe(
      'Nothing of group "mail" was published again.',
    );
  });

  test('are taken away, and nobody gets them', async () => {
    const { app, broker } = shop();
    await deadLetters(broker, '1', '2');
    expect((await varve('dead-letters discard mail --all', { app })).out).toBe(
      '2 of group "mail": discarded.',
    );
    expect(await busOn(broker).deadLetters('mail').list()).toEqual([]);
  });

  test('that were settled before the command failed, or was interrupted, are told', async () => {
    const broker = new ReactingBroker();
    const app = appOf({ broker });
    await deadLetters(broker, '1', '2', '3');
    const [first, second] = await busOn(broker).deadLetters('mail').list();
    broker.reaction = () => broker.goDown();
    const failed = await varve('dead-letters retry mail --all --json', { app });
    expect([failed.code, ...failed.out.split('\n').map((line) => JSON.parse(line) as unknown)]).toMatchObject(
      [1, { request: 'retry', done: [first!.id] }, { error: { code: 'broker-unavailable' } }],
    );
    broker.comeBack();
    const stopping = new AbortController();
    broker.reaction = () => stopping.abort();
    const interrupted = await varve('dead-letters retry mail --all --json', { app, signal: stopping.signal });
    expect([interrupted.code, JSON.parse(interrupted.out)]).toMatchObject([130, { done: [second!.id] }]);
  });

  test('that somebody else has settled meanwhile are not missed where all are settled', async () => {
    const broker = new ReactingBroker();
    const app = appOf({ broker });
    await deadLetters(broker, '1', '2', '3');
    const [first, second, third] = await busOn(broker).deadLetters('mail').list();
    broker.reaction = () => void busOn(broker).deadLetters('mail').discard(second!.id);
    const all = await varve('dead-letters retry mail --all --json', { app });
    expect([all.code, JSON.parse(all.out), all.err]).toMatchObject([
      0,
      { done: [first!.id, third!.id], missing: [] },
      '',
    ]);
  });

  test('of a group that is not there, or on a bus that only the app’s own process sees, are no silent nothing', async () => {
    const { app } = shop();
    expect(await varve('dead-letters list mial', { app })).toMatchObject({
      code: 0,
      out: 'Group "mial" has no dead letters.',
      err: expect.stringContaining('This app has no group "mial". It has: mail.') as string,
    });
    for (const what of ['retry', 'discard']) {
      expect(await varve(`dead-letters ${what} mial --all`, { app })).toMatchObject({
        code: 1,
        err: expect.stringContaining('This app has no group "mial". It has: mail.') as string,
      });
    }
    const listed = await varve('dead-letters list mail --json', { app });
    expect(listed).toMatchObject({
      out: '[]',
      err: expect.stringContaining('is within the process') as string,
    });
    expect((await varve('dead-letters show mail 1', { app })).err).toContain('is within the process');
    expect((await varve('dead-letters discard mail --all', { app })).err).toContain('is within the process');
  });

  test('of a group that the code names no more are settled like any other', async () => {
    const { app, broker } = shop();
    await deadLetters(broker, '1');
    @Module({ imports: [BusModule.forRoot({ memory: { broker } })] })
    class LaterModule {}
    const later = () => Promise.resolve(LaterModule);
    const settled = await varve('dead-letters discard mail --all', { app: later });
    expect(settled).toMatchObject({ code: 0, out: '1 of group "mail": discarded.' });
    expect((await varve('dead-letters list mail', { app })).out).toContain('no dead letters');
  });

  test('also of an app that has no log', async () => {
    const broker = new MemoryBroker();
    await deadLetters(broker, '1');
    const app = appOf({ broker });
    expect((await varve('dead-letters list mail', { app })).out).toContain('order-1');
    expect(await varve('streams list', { app })).toMatchObject({
      code: 1,
      err: expect.stringContaining('no event store') as string,
    });
    expect(await varve('publication status', { app })).toMatchObject({
      code: 1,
      err: expect.stringContaining('publishes nothing') as string,
    });
  });

  test('of several buses are those on the group’s own, or on the one that is named', async () => {
    const [one, other] = [new MemoryBroker(), new MemoryBroker()];
    await deadLetters(one, '1');
    @Module({
      imports: [
        BusModule.forRoot({ memory: { broker: one } }),
        BusModule.forRoot({ name: 'old', memory: { broker: other } }),
        BusModule.forFeature([Mailing]),
      ],
    })
    class AppModule {}
    const app = () => Promise.resolve(AppModule);
    expect((await varve('dead-letters list mail', { app })).out).toContain('order-1');
    expect((await varve('dead-letters list mail --bus old', { app })).out).toContain('no dead letters');
    expect(await varve('dead-letters list unknown', { app })).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        'name the one of group "unknown" with --bus. It has: default, old',
      ) as string,
    });
    expect((await varve('dead-letters list mail --bus new', { app })).err).toContain(
      'no bus "new". It has: default, old',
    );
  });
});
