import { names, note, notes } from '../bench.js';
import { equal, ok } from '../check.js';
import { busCase } from '../harness.js';

const QUICK = { firstDelay: 5, maxDelay: 10 };
const AT_ONCE = { order: 'none', maxInFlight: 10 } as const;

/** Of a handler of many, which gets the same one by one from a bus that knows no batches. */
export const deliveryCases = [
  busCase('tries again the one of many that failed, and no other', async (bench) => {
    const topic = await bench.topic('plain');
    const tray = await bench.take({ topics: [topic], ...AT_ONCE, retry: QUICK });
    await bench.bus.publish(notes(topic, 6));
    await bench.until(() => tray.open.size === 6, 'all six in hand');
    tray.fail('n3');
    await bench.until(() => tray.attempts.get('n3')?.length === 2, 'the second attempt');
    tray.done();
    await bench.bus.publish([note(topic, 'after')]);
    await bench.until(() => tray.open.has('after'), 'the next message');
    tray.done();
    equal(tray.attempts.get('n3'), [1, 2], 'the attempts at what failed');
    for (const id of ['n1', 'n2', 'n4', 'n5', 'n6'])
      equal(tray.attempts.get(id), [1], `the attempts at ${id}`);
  }),

  busCase('acknowledges of many only what is done', async (bench) => {
    const topic = await bench.topic('plain');
    const tray = await bench.take({ topics: [topic], ...AT_ONCE, retry: QUICK });
    await bench.bus.publish(notes(topic, 6));
    await bench.until(() => tray.open.size === 6, 'all six in hand');
    tray.done('n1', 'n2', 'n3', 'n4', 'n5');
    tray.fail('n6');
    await bench.until(() => tray.attempts.get('n6')?.length === 2, 'what was not done');
    tray.done();
  }),

  busCase('hands over no more of many than may be in hand', async (bench) => {
    const topic = await bench.topic('plain');
    const tray = await bench.take({ topics: [topic], order: 'none', maxInFlight: 4 }, (ids) => {
      setTimeout(() => tray.done(...ids), 5);
    });
    await bench.bus.publish(notes(topic, 24));
    await bench.until(() => tray.attempts.size === 24, 'all of them');
    ok(tray.peak <= 4, `${tray.peak} at the same time`);
  }),

  busCase('hands over one of a key at a time, also among many', async (bench) => {
    const topic = await bench.topic();
    const keys = new Set<string>();
    let together = 0;
    const tray = await bench.take({ topics: [topic], maxInFlight: 10 }, (ids) => {
      for (const id of ids) {
        const key = id.slice(0, 1);
        if (keys.has(key)) together += 1;
        keys.add(key);
        setTimeout(() => {
          keys.delete(key);
          tray.done(id);
        }, 3);
      }
    });
    const sent = ['a', 'b', 'c'].flatMap((key) => names(5, key).map((id) => note(topic, id, { key })));
    await bench.bus.publish(sent);
    await bench.until(() => tray.attempts.size === 15, 'all of them');
    equal(together, 0, 'how often two of a key were in hand');
  }),

  busCase('waits for those of many that are open when it is closed', async (bench) => {
    const topic = await bench.topic('plain');
    const tray = await bench.take({ topics: [topic], ...AT_ONCE });
    await bench.bus.publish(notes(topic, 4));
    await bench.until(() => tray.open.size === 4, 'all four in hand');
    tray.done('n1', 'n2');
    let isClosed = false;
    const closing = tray.subscription.close().then(() => (isClosed = true));
    const end = performance.now() + 20;
    await bench.until(() => performance.now() > end, 'a moment');
    equal(isClosed, false, 'whether it was closed');
    tray.done();
    await bench.soon(closing, 'closing');
    equal(tray.subscription.status().handled, 4, 'what was handled');
  }),

  busCase('fails all that a handler of many was given when that throws', async (bench) => {
    const topic = await bench.topic('plain');
    const tray = await bench.take({ topics: [topic], ...AT_ONCE, retry: QUICK }, (ids) => {
      if (ids.some((id) => tray.attempts.get(id)?.length === 1)) throw new Error('failed on purpose');
      tray.done(...ids);
    });
    await bench.bus.publish(notes(topic, 4));
    const isOver = (): boolean => names(4).every((id) => (tray.attempts.get(id)?.length ?? 0) >= 2);
    await bench.until(isOver, 'the second attempts');
  }),

  busCase('settles each of many once, whatever is said of it later', async (bench) => {
    const topic = await bench.topic('plain');
    const tray = await bench.take({ topics: [topic], ...AT_ONCE, retry: QUICK });
    await bench.bus.publish([note(topic, 'n1')]);
    await bench.until(() => tray.open.size === 1, 'the message');
    const delivery = tray.open.get('n1');
    tray.done();
    delivery?.failed(new Error('failed on purpose'));
    delivery?.done();
    await bench.bus.publish([note(topic, 'after')]);
    await bench.until(() => tray.open.has('after'), 'the next message');
    tray.done();
    await bench.until(() => tray.subscription.status().handled >= 2, 'both');
    const { handled, retried } = tray.subscription.status();
    equal([handled, retried], [2, 0], 'what was handled, and tried again');
  }),
];
