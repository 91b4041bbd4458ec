import type { ListStreamsOptions, StreamInfo } from '../../log/event-store.js';
import { categoryOf } from '../../log/stream-name.js';
import { wholeNumber } from '../../log/check-options.js';
import type { MemoryLog } from './memory-log.js';

export function streamsOf(log: MemoryLog, options: ListStreamsOptions): readonly StreamInfo[] {
  const limit = wholeNumber('limit', options.limit, { min: 1, max: 10_000, fallback: 100 });
  const { category, after } = options;
  return [...log.streams.keys()]
    .filter((stream) => category === undefined || categoryOf(stream) === category)
    .filter((stream) => after === undefined || compareUtf8(stream, after) > 0)
    .sort(compareUtf8)
    .slice(0, limit)
    .map((stream) => ({ stream, version: log.versionOf(stream), closed: log.isClosed(stream) }));
}

/** The order of UTF-8 bytes is that of code points; JavaScript's `<` compares UTF-16 units and puts 😀 before U+FF5E. */
function compareUtf8(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return weight(a.charCodeAt(i)) - weight(b.charCodeAt(i));
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
