import type { LoggerService } from '@nestjs/common';
import {
  decodeWire,
  readCommandMessage,
  readCommitMessage,
  type Message,
  type WireMessage,
} from '@varve/bus';
import { describe, expect, test } from 'vitest';
import { printable, quoted } from '../../src/message/printable.js';
import { logBusNotice } from '../../src/nest/module/log-bus-notice.js';

/** Controls of all kinds: C0, DEL, C1, line ends of Unicode, the direction of writing. */
const HOSTILE = 'a\u{1b}]0;x\u{7}\r\nb\u{7f}\u{85}\u{9b}31m\u{2028}\u{2029}\u{202e}\u{2066}"';
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function wire(headers: Record<string, string>, body: unknown = {}): WireMessage {
  return { topic: 'order', headers, body: new TextEncoder().encode(JSON.stringify(body)) };
}

function whyOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

const event = { specversion: '1.0', id: '1', source: 'urn:varve:log:a', type: 'varve.commit' } as const;
const message = (attributes: object): Message => ({
  topic: 'order',
  key: '',
  event: { ...event, ...attributes },
});
const structured = { 'content-type': 'application/cloudevents+json' };

describe('A text that came with a message', () => {
  test.each<[string, () => unknown]>([
    ['type', () => readCommitMessage(message({ type: HOSTILE }))],
    ['schema', () => readCommitMessage(message({ dataschema: HOSTILE }))],
    ['schema of a command', () => readCommandMessage(message({ dataschema: HOSTILE }))],
    ['format', () => decodeWire(wire({ 'content-type': `application/cloudevents+${HOSTILE}` }))],
    ['attribute name', () => decodeWire(wire(structured, { ...event, [HOSTILE]: 'x' }))],
    ['version', () => decodeWire(wire(structured, { ...event, specversion: HOSTILE }))],
    ['time', () => decodeWire(wire(structured, { ...event, time: HOSTILE }))],
  ])('is quoted without what moves a cursor or ends a line: %s', (_what, work) => {
    const why = whyOf(work);
    expect(why).toMatch(/u001b/);
    expect(why).not.toMatch(CONTROL);
  });

  test('is quoted with a bound', () => {
    expect(whyOf(() => readCommitMessage(message({ type: 'x'.repeat(10_000) }))).length).toBeLessThan(300);
    expect(quoted('"x'.repeat(50), 3)).toBe(String.raw`"\"x\"…"`);
  });

  test('reaches the log on one line, whatever the error quotes', () => {
    const lines: string[] = [];
    const write = (line: unknown): void => void lines.push(String(line));
    const logger: LoggerService = { log: write, warn: write, error: write, debug: write };
    const error = new Error(HOSTILE + 'x'.repeat(100_000));
    const of = { group: 'g', topic: 'order', key: HOSTILE, error };
    logBusNotice(logger, { kind: 'retrying', ...of, attempt: 1, delay: 5 });
    logBusNotice(logger, { kind: 'dead-lettered', ...of });
    logBusNotice(logger, { kind: 'message-dropped', ...of });
    logBusNotice(logger, { kind: 'trouble', what: HOSTILE, error });
    logBusNotice(logger, { kind: 'disconnected', what: 'kafka', error: HOSTILE });
    expect(lines).toHaveLength(5);
    for (const line of lines) {
      expect(line).not.toMatch(CONTROL);
      expect(line.length).toBeLessThan(3_000);
    }
  });

  test('that harms nobody stays as it is', () => {
    expect(printable('Ærø 学 🚀 "x"')).toBe('Ærø 学 🚀 "x"');
  });
});
