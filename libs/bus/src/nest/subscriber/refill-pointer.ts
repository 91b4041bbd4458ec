import type { LogReader, Position, RecordedEvent } from '@varve/eventstore';
import type { CommitMessage } from '../../message/commit-message.js';
import { BrokerUnavailableError, MessageRejectedError } from '../../transport/errors.js';

/**
 * The events of a commit that was too large for the bus, from its log.
 *
 * @throws MessageRejectedError nobody here can read that log, or it has no such commit
 */
export async function refillPointer(
  { logId, stream, firstVersion, lastVersion }: CommitMessage,
  logs: readonly LogReader[],
): Promise<readonly RecordedEvent[]> {
  const which = `${stream}@${firstVersion}-${lastVersion}`;
  const log = logs.find((each) => each.logId === logId);
  if (!log) {
    throw new MessageRejectedError(
      `The message points to ${which} in log ${logId}, which cannot be read here. Give BusModule a reader of it with "logs", then retry the dead letter.`,
    );
  }
  const events: RecordedEvent[] = [];
  const count = lastVersion - firstVersion + 1;
  let one: Position | undefined;
  for await (const { position, ...event } of log.readStream(stream, { from: firstVersion, limit: count })) {
    one ??= position;
    // Commits are read whole or not at all: ten thousand of them are no message of the log's owner, and may be gigabytes.
    if (position !== one) {
      throw new MessageRejectedError(
        `The message points to ${which}, which is no one commit in log ${logId}. Who else may write to the topic?`,
      );
    }
    events.push(event);
  }
  if (events.length === count) return events;
  throw new BrokerUnavailableError(
    `The log has ${events.length} of the ${count} events of ${which} so far: what is on the bus is in its log, so this is read again.`,
  );
}
