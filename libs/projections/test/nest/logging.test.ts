import { Logger, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ProjectionsModule } from '@varve/projections/nest';
import { expect, test, vi } from 'vitest';
import { ProjectorLog } from '../../src/nest/projector-log.js';
import { until } from '../../../../test/support/until.js';
import { AT_ONCE, Customers, CustomersModule, LOG, partsOf, place } from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

class Recorder implements LoggerService {
  readonly lines: string[] = [];
  readonly log = (message: unknown, ...rest: unknown[]) => this.note('log', message, rest);
  readonly warn = (message: unknown, ...rest: unknown[]) => this.note('warn', message, rest);
  readonly error = (message: unknown, ...rest: unknown[]) => this.note('error', message, rest);

  private note(level: string, message: unknown, rest: unknown[]): void {
    this.lines.push(`${level} [${String(rest.at(-1))}] ${String(message)}`);
  }

  find(pattern: RegExp): string | undefined {
    return this.lines.find((line) => pattern.test(line));
  }
}

async function startLogged(logger: Recorder, policy: 'stop' | 'park') {
  const app = await Test.createTestingModule({
    imports: [
      LOG,
      ProjectionsModule.forRoot({
        sqlite: { file: ':memory:' },
        failurePolicy: { ...AT_ONCE, then: policy },
      }),
      CustomersModule,
    ],
  })
    .setLogger(logger)
    .compile();
  afterTest(async () => {
    await app.close();
    Logger.overrideLogger(undefined as never);
  });
  await app.init();
  await partsOf(app).projector.waitFor(0, Customers.name.toLowerCase());
  return partsOf(app);
}

test('what an operator has to know goes to the logger of Nest, and nothing is printed', async () => {
  const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const logger = new Recorder();
  const { log, readModels } = await startLogged(logger, 'stop');
  await place(log, 'order-1', 'Ada', 1.5);
  await until(() => logger.find(/stopped/), { what: 'the log of the failure' });
  expect(logger.find(/stopped/)).toMatch(
    /^error \[ProjectionsModule\] customers@1 stopped: .*"varve projections resume" goes on/s,
  );
  await readModels.close();
  await until(() => logger.find(/warn/), { what: 'a warning' });
  const ours = written.flatMap(({ mock }) => mock.calls.map(([text]) => String(text)));
  expect(ours.filter((text) => text.includes('customers'))).toEqual([]);
  for (const spy of written) spy.mockRestore();
});

test('a stream that is set aside is named, with its position', async () => {
  const logger = new Recorder();
  const { log } = await startLogged(logger, 'park');
  await place(log, 'order-7', 'Ada', 1.5);
  await until(() => logger.find(/parked/), { what: 'the log of the failure' });
  expect(logger.find(/parked/)).toMatch(/customers@1 parked stream "order-7" at position 1: /);
});

test('what the log holds ends no line, and reaches a terminal as no escape sequence', async () => {
  const logger = new Recorder();
  const { log } = await startLogged(logger, 'park');
  await place(log, 'order-\u001b]0;owned\u0007\u202e\n[Nest] 1  LOG forged', 'Ada', 1.5);
  await until(() => logger.find(/parked/), { what: 'the log of the failure' });
  expect(logger.find(/parked stream "order-\\u\{1b\}\]0;owned/)).toBeDefined();
  for (const line of logger.lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('a lease that a command has taken is no warning, and whoever may have it is named', async () => {
  const logger = new Recorder();
  const { log, projector, readModels } = await startLogged(logger, 'stop');
  await readModels.setState('customers@1', 'active');
  const position = await place(log, 'order-1', 'Ada');
  await projector.waitFor(position, 'customers');
  expect(logger.lines.filter((line) => line.includes('lease'))).toEqual([
    'log [ProjectionsModule] customers@1 gave up its lease: another instance has it, or a command has paused, resumed or rebuilt it.',
  ]);
});

test('an outage is told when it begins, when its reason changes and when it ends, for each processor', () => {
  const logger = new Recorder();
  const said = new ProjectorLog({
    log: (line: string) => logger.log(line, 'log'),
    warn: (line: string) => logger.warn(line, 'log'),
    error: (line: string) => logger.error(line, 'log'),
  });
  const unavailable = (processor: string, why: string): void =>
    said.tell({ kind: 'unavailable', processor, error: new Error(why) });
  unavailable('a@1', 'no host');
  unavailable('b@1', 'no host');
  unavailable('a@1', 'no host');
  unavailable('a@1', 'no right');
  said.tell({ kind: 'caught-up', processor: 'a@1', position: 7 });
  said.tell({ kind: 'caught-up', processor: 'a@1', position: 8 });
  unavailable('a@1', 'no right');
  expect(logger.lines).toEqual([
    'warn [log] a@1 cannot reach the log or the read models: no host',
    'warn [log] b@1 cannot reach the log or the read models: no host',
    'warn [log] a@1 cannot reach the log or the read models: no right',
    'log [log] a@1 goes on.',
    'warn [log] a@1 cannot reach the log or the read models: no right',
  ]);
});
