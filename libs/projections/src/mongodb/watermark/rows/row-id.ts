import { inspect } from 'node:util';
import { nameOfClass } from './plain-copy.js';

/** What tells rows apart: well-formed text of up to 1,024 bytes, or a finite number. */
export type RowId = string | number;

/** The ids of a thousand rows are asked for in one command, which has to stay far below 16 MB. */
const MAX_ID_BYTES = 1_024;

/** Why it cannot be an id, and what can; nothing when it can. */
export function whyNoRowId(id: unknown): string | undefined {
  switch (typeof id) {
    case 'string':
      return whyNoText(id);
    case 'number':
      return Number.isFinite(id) && !Object.is(id, -0)
        ? undefined
        : `is ${inspect(id)}. Use a finite number, or text`;
    case 'undefined':
      return 'is missing. Make one from the event, such as its stream';
    case 'bigint':
      return 'is a BigInt. Use text: String(it)';
    case 'object':
      if (id === null) return 'is null. Make one from the event, such as its stream';
      return `is of class ${nameOfClass(id)}, of which MongoDB makes another value, or takes two for one. Use text or a number`;
    default:
      return `is a ${typeof id}. Use text or a number`;
  }
}

function whyNoText(id: string): string | undefined {
  const bytes = Buffer.byteLength(id);
  if (bytes > MAX_ID_BYTES) return `has ${bytes} bytes, more than ${MAX_ID_BYTES}. Use a hash of it`;
  if (id.isWellFormed()) return undefined;
  return 'holds a lone surrogate, which UTF-8 cannot carry: two ids would become one. Use text.toWellFormed(), or encode it';
}

/** For people; whatever it is, and however large. */
export function shownId(id: unknown): string {
  return typeof id === 'string' && id.length <= 80 && id.isWellFormed()
    ? JSON.stringify(id)
    : inspect(id, { depth: 0, maxArrayLength: 8, maxStringLength: 80, breakLength: Infinity });
}
