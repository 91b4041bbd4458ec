import { InvalidArgumentError } from './errors.js';

/** The name of a stream, `category-id`: 1 to 512 bytes of well-formed Unicode in UTF-8. */
export type StreamName = string;

/** Of a stream's name, in UTF-8. */
export const MAX_STREAM_NAME_BYTES = 512;

/** The part of a stream's name before the first `-`, or the whole name: `order` for `order-17`. */
export function categoryOf(stream: StreamName): string {
  const dash = stream.indexOf('-');
  return dash === -1 ? stream : stream.slice(0, dash);
}

/**
 * For adapters, and for whoever takes a name from outside: lets names pass that every store takes.
 *
 * @throws InvalidArgumentError when the name is empty, longer than 512 bytes, or holds a lone surrogate, which UTF-8 cannot carry.
 */
export function assertStreamName(stream: StreamName): void {
  const why = whyNotAStreamName(stream);
  if (why)
    throw new InvalidArgumentError('stream', `The stream name ${why}. Use category-id, e.g. "order-17".`);
}

function whyNotAStreamName(stream: unknown): string | undefined {
  if (typeof stream !== 'string') return `must be a string, not ${typeof stream}`;
  if (stream === '') return 'is empty';
  if (stream.length * 3 > MAX_STREAM_NAME_BYTES) {
    const bytes = new TextEncoder().encode(stream).length;
    if (bytes > MAX_STREAM_NAME_BYTES) return `has ${bytes} bytes, more than ${MAX_STREAM_NAME_BYTES}`;
  }
  return stream.isWellFormed() ? undefined : 'holds a lone surrogate';
}
