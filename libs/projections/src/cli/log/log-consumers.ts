import { InvalidOptionsError, type ConsumerRegistry, type LogReader } from '@varve/eventstore';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable, renderTable } from '../terminal/render.js';

/** Which groups of projectors follow the log, and where each keeps its read models. */
export async function logConsumers(log: LogReader, json: boolean, io: CliIo): Promise<ExitCode> {
  const consumers = await withConsumers(log).listConsumers();
  const table = renderTable(
    [
      { title: 'GROUP', of: (row) => row.group },
      { title: 'SINCE', of: (row) => row.registeredAt },
      { title: 'READ MODELS', of: (row) => row.location },
    ],
    consumers,
  );
  answer(io, json, consumers, consumers.length === 0 ? 'Nobody follows this log yet.' : table);
  return EXIT.ok;
}

/** Lets a group make its read models somewhere else: those that it has had are given up. */
export async function logForgetConsumer(
  log: LogReader,
  group: string,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> {
  const forgotten = await withConsumers(log).forgetConsumer(group);
  if (!forgotten) throw new Error(`No group "${group}" follows this log. See "varve log consumers".`);
  const next = 'The next projector that starts with it may have its read models anywhere.';
  answer(io, json, { forgotten: group }, `Group "${printable(group)}" is forgotten. ${next}`);
  return EXIT.ok;
}

function withConsumers(log: LogReader): Pick<ConsumerRegistry, 'listConsumers' | 'forgetConsumer'> {
  if ('listConsumers' in log && 'forgetConsumer' in log) return log as LogReader & ConsumerRegistry;
  throw new InvalidOptionsError('--log', 'This log does not remember who follows it.');
}
