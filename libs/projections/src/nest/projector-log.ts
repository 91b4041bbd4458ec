import type { LoggerService } from '@nestjs/common';
import { describeHandling, messageOf as textOf, printable, type ProcessorId } from '@varve/eventstore';
import type { ProjectorEvent } from '../projection/projector-options.js';
import { processorIdOf } from '../projection/version-id.js';

const WAITED_FOR = 'It is waited for; give what it calls a time limit.';
/** No warning: commands take it on purpose, and whoever has it goes on. Nothing is lost, and nobody has to do anything. */
const LEASE_LOST =
  'gave up its lease: another instance has it, or a command has paused, resumed or rebuilt it.';

/** What an operator wants to read; progress is for metrics, not for a log. An outage is told when it begins, changes and ends, not at each try. */
export class ProjectorLog {
  /** Why a processor cannot go on. */
  readonly #outages = new Map<ProcessorId, string>();

  constructor(private readonly logger: LoggerService) {}

  tell(event: ProjectorEvent): void {
    if ('processor' in event) this.#sayOutage(event);
    this.#say(event);
  }

  #sayOutage(event: Extract<ProjectorEvent, { processor: ProcessorId }>): void {
    const { kind, processor } = event;
    const before = this.#outages.get(processor);
    if (kind === 'unavailable') {
      const why = messageOf(event.error);
      if (why !== before) this.logger.warn(`${processor} cannot reach the log or the read models: ${why}`);
      this.#outages.set(processor, why);
    } else if (kind === 'progressed' || kind === 'caught-up') {
      if (this.#outages.delete(processor)) this.logger.log(`${processor} goes on.`);
    } else if (kind === 'lease-lost' || kind === 'stopped') this.#outages.delete(processor);
  }

  #say(event: ProjectorEvent): void {
    switch (event.kind) {
      case 'stopped':
        this.logger.error(`${event.processor} stopped: ${messageOf(event.error)} ${adviceFor(event.error)}`);
        break;
      case 'parked':
        this.logger.error(
          `${event.processor} parked stream "${printable(event.stream)}" at position ${event.position}: ${messageOf(event.error)}`,
        );
        break;
      case 'retrying':
        this.logger.warn(
          `${event.processor} tries position ${event.position} again (${event.attempt}) in ${event.delay} ms: ${messageOf(event.error)}`,
        );
        break;
      case 'handler-slow':
        this.logger.warn(`${event.processor}: ${printable(describeHandling(event))}. ${WAITED_FOR}`);
        break;
      case 'left-to-the-log':
        this.logger.warn(
          `${event.processor} could not apply version ${event.firstVersion} of stream "${printable(event.stream)}" as it came, and tries it in the log's order: ${messageOf(event.error)}`,
        );
        break;
      case 'lease-lost':
        this.logger.log(`${event.processor} ${LEASE_LOST}`);
        break;
      case 'version-check-failed':
        this.logger.warn(`Versions could not be looked up: ${messageOf(event.error)}`);
        break;
      case 'switched':
        this.logger.log(
          `${processorIdOf(event.to)} is live${event.from ? ` instead of ${processorIdOf(event.from)}` : ''}.`,
        );
        break;
      case 'switch-held':
        this.logger.warn(
          `${processorIdOf(event.version)} has caught up but parks ${event.streams.length} streams that the live version does not.`,
        );
        break;
      case 'not-followed':
        this.logger.warn(describeNotFollowed(event));
        break;
      default:
        break;
    }
  }
}

/** On one line, whatever of the log the error quotes. */
function messageOf(error: unknown): string {
  return printable(textOf(error));
}

function describeNotFollowed({
  name,
  version,
  live,
}: Extract<ProjectorEvent, { kind: 'not-followed' }>): string {
  return `${name}: this code's version ${version} is not followed; live is ${processorIdOf(live)}. It stands still unless other instances have its version: deploy that again, or make version ${version} live with "varve projections rebuild ${name}".`;
}

function adviceFor(error: unknown): string {
  const needsRestart = error instanceof Error && 'code' in error && error.code === 'read-models-diverged';
  return needsRestart ? 'Restart this instance.' : '"varve projections resume" goes on when it is mended.';
}
