import type { LoggerService } from '@nestjs/common';
import { describeHandling, messageOf } from '@varve/eventstore';
import type { ProjectorEvent } from '../projection/projector-options.js';
import { processorIdOf } from '../projection/version-id.js';

const WAITED_FOR = 'It is waited for; give what it calls a time limit.';
/** No warning: commands take it on purpose, and whoever has it goes on. Nothing is lost, and nobody has to do anything. */
const LEASE_LOST =
  'gave up its lease: another instance has it, or a command has paused, resumed or rebuilt it.';

/** What an operator wants to read; progress is for metrics, not for a log. */
export function logProjectorEvent(logger: LoggerService, event: ProjectorEvent): void {
  switch (event.kind) {
    case 'stopped':
      logger.error(`${event.processor} stopped: ${messageOf(event.error)} ${adviceFor(event.error)}`);
      break;
    case 'parked':
      logger.error(
        `${event.processor} parked stream "${event.stream}" at position ${event.position}: ${messageOf(event.error)}`,
      );
      break;
    case 'retrying':
      logger.warn(
        `${event.processor} tries position ${event.position} again (${event.attempt}) in ${event.delay} ms: ${messageOf(event.error)}`,
      );
      break;
    case 'handler-slow':
      logger.warn(`${event.processor}: ${describeHandling(event)}. ${WAITED_FOR}`);
      break;
    case 'left-to-the-log':
      logger.warn(
        `${event.processor} could not apply version ${event.firstVersion} of stream "${event.stream}" as it came, and tries it in the log's order: ${messageOf(event.error)}`,
      );
      break;
    case 'unavailable':
      logger.warn(`${event.processor} cannot reach the log or the read models: ${messageOf(event.error)}`);
      break;
    case 'lease-lost':
      logger.log(`${event.processor} ${LEASE_LOST}`);
      break;
    case 'version-check-failed':
      logger.warn(`Versions could not be looked up: ${messageOf(event.error)}`);
      break;
    case 'switched':
      logger.log(
        `${processorIdOf(event.to)} is live${event.from ? ` instead of ${processorIdOf(event.from)}` : ''}.`,
      );
      break;
    case 'switch-held':
      logger.warn(
        `${processorIdOf(event.version)} has caught up but parks ${event.streams.length} streams that the live version does not.`,
      );
      break;
    case 'not-followed':
      logger.warn(describeNotFollowed(event));
      break;
    default:
      break;
  }
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
