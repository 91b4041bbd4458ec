import type { LoggerService } from '@nestjs/common';
import { tell, type ProcessorEvent } from '@varve/eventstore';
import type { PublicationEvent } from '../../publication/publication-events.js';
import { printable } from '../../message/printable.js';
import { messageOf } from '../module/log-bus-notice.js';

export type AnyListener = (event: PublicationEvent | ProcessorEvent) => void;

/** What an operator wants to read. An outage is told when it begins, changes and ends, not with every command or try. */
export class PublicationLog {
  #isUnreachable = false;
  /** Why the relay cannot go on. */
  #outage: string | undefined;

  constructor(private readonly logger: LoggerService) {}

  /** Tells the app's own listener, too. */
  listener(own: AnyListener | undefined): AnyListener {
    return (event) => {
      this.#log(event);
      tell(own, event);
    };
  }

  #log(event: PublicationEvent | ProcessorEvent): void {
    switch (event.kind) {
      case 'unreachable':
        if (!this.#isUnreachable) this.logger.warn(unreachable(event.then, event.error));
        this.#isUnreachable = true;
        break;
      case 'prepared':
        if (this.#isUnreachable) this.logger.log('Commits are published in two phases again.');
        this.#isUnreachable = false;
        break;
      case 'not-answering':
        this.logger.warn(
          `The broker's questions reach nobody here yet; tried again. ${messageOf(event.error)}`,
        );
        break;
      case 'in-doubt':
        this.logger.warn(
          `Nobody knows yet whether commit ${printable(event.commitId)} of ${printable(event.stream)} was appended: the broker will ask, and the log will tell. ${messageOf(event.error)}`,
        );
        break;
      case 'confirmations-lost':
        this.logger.warn(
          `${event.count} confirmations could not be recorded: their commits are published a second time. ${messageOf(event.error)}`,
        );
        break;
      default:
        this.#logRelay(event);
    }
  }

  #logRelay(event: PublicationEvent | ProcessorEvent): void {
    switch (event.kind) {
      case 'stopped':
        this.#outage = undefined;
        this.logger.error(
          `The relay stopped, and commits wait in the log: ${messageOf(event.error)} Mend it, then "varve publication resume".`,
        );
        break;
      case 'retrying':
        this.logger.warn(
          `The relay tries position ${event.position} again (${event.attempt}) in ${event.delay} ms: ${messageOf(event.error)}`,
        );
        break;
      case 'unavailable':
        this.#sayOutage(messageOf(event.error));
        break;
      case 'progressed':
      case 'caught-up':
        if (this.#outage !== undefined) this.logger.log('The relay goes on.');
        this.#outage = undefined;
        break;
      case 'lease-lost':
        this.#outage = undefined;
        // Commands take it on purpose, and whoever has it goes on: nothing is lost, and nobody has to do anything.
        this.logger.log(
          'The relay gave up its lease: another instance has it, or a command has paused or resumed it.',
        );
        break;
      default:
        break;
    }
  }

  #sayOutage(why: string): void {
    if (why !== this.#outage)
      this.logger.warn(
        `The relay cannot use the broker, the log or its store; commits wait in the log, and it tries again: ${why}`,
      );
    this.#outage = why;
  }
}

function unreachable(then: 'refused' | 'appended', error: unknown): string {
  const what =
    then === 'refused'
      ? 'Commands are refused until it can'
      : 'Commits are appended all the same and published by the sweep';
  return `The broker cannot be reached for two-phase publication. ${what}. ${messageOf(error)}`;
}
