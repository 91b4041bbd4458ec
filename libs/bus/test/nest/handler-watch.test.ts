import type { Message, MessageContext } from '@varve/bus';
import { beforeEach, describe, expect, test } from 'vitest';
import { ManualTime } from '../../../../test/support/manual-time.js';
import { HandlerWatch } from '../../src/nest/subscriber/handler-watch.js';

const message: Message = {
  topic: 'order',
  key: 'order-1',
  event: { specversion: '1.0', id: 'm-1', source: 'urn:shop', type: 'work', data: { secret: 'card' } },
};
const SENTENCE = 'subscriber "Mail" has not ended with message "m-1" of topic "order" with key "order-1" for';

describe('a watch over the handlers of a subscriber', () => {
  let time: ManualTime;
  let slow: string[];
  let watch: HandlerWatch;
  let closing: AbortController;
  let context: MessageContext;

  beforeEach(() => {
    time = new ManualTime();
    slow = [];
    watch = new HandlerWatch({
      name: 'Mail',
      timers: time,
      clock: time.clock,
      onSlow: (handling) => slow.push(handling),
    });
    closing = new AbortController();
    context = { attempt: 3, signal: closing.signal, group: 'mail', bytes: 7 };
  });

  test('hands message and context over, and what the handler says back', async () => {
    const given: unknown[] = [];
    const handle = watch.watched(async (...all) => {
      given.push(...all);
    });
    await handle(message, context);
    expect(given).toMatchObject([message, { attempt: 3, group: 'mail', bytes: 7 }]);
    const failing = watch.watched(() => Promise.reject(new Error('no stock')));
    await expect(failing(message, context)).rejects.toThrow('no stock');
    expect(time.pending).toBe(0);
  });

  test('says after ten seconds, and again after twice the time, which message one has not ended with', async () => {
    const done = Promise.withResolvers<undefined>();
    const handled = watch.watched(() => done.promise)(message, context);
    time.advance(9_999);
    expect(slow).toEqual([]);
    time.advance(1);
    expect(slow).toEqual([`${SENTENCE} 10 s`]);
    time.advance(20_000);
    expect(slow).toEqual([`${SENTENCE} 10 s`, `${SENTENCE} 30 s`]);
    done.resolve(undefined);
    await handled;
    expect(time.pending).toBe(0);
    expect(slow.join()).not.toContain('card');
  });

  test('gives up on all that run, names them, aborts their signals, and lets none begin any more', async () => {
    const signals: AbortSignal[] = [];
    let begun = 0;
    const handle = watch.watched((_, { signal }) => {
      begun += 1;
      signals.push(signal);
      return new Promise(() => undefined);
    });
    const other = { ...message, event: { ...message.event, id: 'm-2' } };
    const outcomes = [handle(message, context), handle(other, context)].map((each) =>
      each.catch((error: unknown) => error),
    );
    time.advance(3_000);
    const error = watch.giveUp();
    expect(error).toMatchObject({ code: 'handler-hangs', retryable: true });
    expect(error?.handlings).toEqual([`${SENTENCE} 3 s`, `${SENTENCE.replace('m-1', 'm-2')} 3 s`]);
    expect(await Promise.all(outcomes)).toEqual([error, error]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await expect(handle(message, context)).rejects.toBe(error);
    expect(begun).toBe(2);
    expect(time.pending).toBe(0);
  });

  test('has nobody to give up on when nothing runs', () => {
    expect(watch.giveUp()).toBeUndefined();
  });

  test('passes on that the subscription was closed by force', async () => {
    const reason = new Error('given to somebody else');
    const until = (signal: AbortSignal): Promise<void> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const running = watch.watched((_, { signal }) => until(signal))(message, context);
    closing.abort(reason);
    await expect(running).rejects.toBe(reason);
    const late = watch.watched(async (_, { signal }) => {
      signal.throwIfAborted();
    });
    await expect(late(message, context)).rejects.toBe(reason);
  });
});
