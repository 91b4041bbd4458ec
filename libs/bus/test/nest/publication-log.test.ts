import { Logger } from '@nestjs/common';
import { afterEach, expect, test, vi } from 'vitest';
import { MemoryBroker } from '@varve/bus/memory';
import { until } from '../../../../test/support/until.js';
import { placeAndPay, shop } from './publishing-shop.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What Nest's loggers are told of the relay, by its level. */
function relayLines(): readonly string[] {
  const lines: string[] = [];
  for (const level of ['log', 'warn', 'error'] as const)
    vi.spyOn(Logger.prototype, level).mockImplementation((line: string) => {
      if (line.includes('relay')) lines.push(`${level}: ${line}`);
    });
  return lines;
}

test('a lease that a command has taken is no warning', async () => {
  const lines = relayLines();
  const { host, seen, repository } = await shop({});
  await placeAndPay(repository, '1');
  await until(() => host.publication.status()?.relay.state === 'caught-up', { what: 'a relay that works' });
  await host.publication.relay?.resume();
  await placeAndPay(repository, '2');
  await until(() => seen.length === 4, { what: 'the messages' });
  expect(lines).toEqual([
    'log: The relay gave up its lease: another instance has it, or a command has paused or resumed it.',
  ]);
});

test('an outage of the broker is told when it begins, when its reason changes and when it ends, not at each try', async () => {
  const lines = relayLines();
  const broker = new MemoryBroker({ createTopics: false });
  broker.goDown();
  let tries = 0;
  const onEvent = ({ kind }: { readonly kind: string }): void =>
    void (tries += kind === 'unavailable' ? 1 : 0);
  const { host, repository } = await shop({ onEvent }, { broker });
  await placeAndPay(repository, '1');
  await until(() => tries > 2, { what: 'tries while the broker is down' });
  broker.comeBack();
  const triesBefore = tries;
  await until(() => tries > triesBefore + 2, { what: 'tries while the topic is missing' });
  broker.createTopic({ name: 'order', kind: 'ordered' });
  const isThrough = () => host.publication.status()?.relay.state === 'caught-up';
  await until(isThrough, { what: 'the end of the outage' });
  expect(lines).toEqual([
    expect.stringMatching(/^warn: The relay cannot use the broker.* is down/),
    expect.stringMatching(/^warn: The relay cannot use the broker.* "order"/),
    'log: The relay goes on.',
  ]);
});
