import type { LoggerService } from '@nestjs/common';
import { messageOf as textOf } from '@varve/eventstore';
import { printable, quoted } from '../../message/printable.js';
import type { BusNotice } from '../../transport/bus-notice.js';

const LONGEST_KEY = 200;

/** What an operator wants to read; what a message waits for now and then is for metrics. */
export function logBusNotice(logger: LoggerService, notice: BusNotice): void {
  switch (notice.kind) {
    case 'connected':
      logger.log(`Connected: ${notice.what}.`);
      break;
    case 'disconnected':
      logger.warn(`Disconnected: ${notice.what}. ${messageOf(notice.error)}`);
      break;
    case 'retrying':
      logger.warn(
        `Group "${notice.group}" tries a message of topic "${notice.topic}"${keyOf(notice)} again (${notice.attempt}) in ${notice.delay} ms: ${messageOf(notice.error)}`,
      );
      break;
    case 'dead-lettered':
      logger.error(
        `Group "${notice.group}" has given up on a message of topic "${notice.topic}"${keyOf(notice)}; see "varve dead-letters list ${notice.group}": ${messageOf(notice.error)}`,
      );
      break;
    case 'message-dropped':
      logger.error(
        `Group "${notice.group}" has dropped a message of topic "${notice.topic}"${keyOf(notice)}: ${messageOf(notice.error)}`,
      );
      break;
    case 'check-back':
      logger.debug?.(`Asked about a half message of topic "${notice.topic}": ${notice.answer}.`);
      break;
    case 'trouble':
      logger.warn(`${printable(notice.what)}: ${messageOf(notice.error)}`);
      break;
  }
}

function keyOf({ key }: { readonly key?: string }): string {
  return key === undefined ? '' : ` with key ${quoted(key, LONGEST_KEY)}`;
}

/** On one line, whatever the error quotes. */
export function messageOf(error: unknown): string {
  return printable(textOf(error));
}
