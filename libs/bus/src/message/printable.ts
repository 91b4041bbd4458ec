import { printable } from '@varve/eventstore';

export { printable };

/** A text that came with a message, between quotation marks. */
export function quoted(text: string, most = 60): string {
  const kept = text.length <= most ? text : `${text.slice(0, most)}…`;
  return printable(JSON.stringify(kept), Number.POSITIVE_INFINITY);
}
