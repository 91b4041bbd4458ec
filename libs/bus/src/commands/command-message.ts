import { currentContext, MAX_COMMIT_ID_LENGTH, type VarveContext } from '@varve/eventstore';
import type { CloudEvent } from '../message/cloud-event.js';
import { MessageRejectedError } from '../message/errors.js';
import type { Message } from '../message/message.js';
import { quoted } from '../message/printable.js';
import type { Command } from './command.js';

/** What a command's `dataschema` says; another one is of a version that this library does not know. */
export const COMMAND_SCHEMA = 'urn:varve:schema:command:1';

/** What stands in a message beside the envelope. */
export interface CommandData<Data = unknown> {
  readonly command: Data;
  readonly fingerprint?: string;
  /** Who and what is behind it: what carries it out runs in this context. */
  readonly context?: VarveContext;
}

/** What `commandMessage` says in the envelope, beside the command. */
export interface CommandMessageOptions {
  /** Where the command goes, by its name at the broker. */
  readonly topic: string;
  /** Who accepts commands: a URI reference, such as `/shop/orders`. */
  readonly source: string;
  /** When the command was accepted. */
  readonly at: Date;
}

/** A command as it was read from a message. */
export interface ReceivedCommand extends Command {
  /** When it was accepted. */
  readonly at: Date;
  /** Of whoever sent it, with the command as the cause. */
  readonly context: VarveContext;
}

/** One command, one message, with the command's id as the envelope's. The current context goes with it. */
export function commandMessage<Data>(
  command: Command<Data>,
  { topic, source, at }: CommandMessageOptions,
): Message<CommandData<Data>> {
  const { id, type, stream, data, fingerprint } = command;
  const context = currentContext();
  const event: CloudEvent<CommandData<Data>> = {
    specversion: '1.0',
    id,
    source,
    type,
    subject: stream,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    dataschema: COMMAND_SCHEMA,
    ...textOf('traceparent', context),
    ...textOf('tenant', context),
    data: { command: data, ...(fingerprint !== undefined && { fingerprint }), ...(context && { context }) },
  };
  return { topic, key: stream, event, tag: type, searchKeys: [stream, id] };
}

/**
 * The command in a message that `commandMessage` has made, with the command's id as the cause of what follows.
 *
 * @throws MessageRejectedError it is no command of this library
 */
export function readCommandMessage({ event }: Message): ReceivedCommand {
  const { id, type, subject, time, dataschema, data } = event;
  if (dataschema !== COMMAND_SCHEMA) {
    throw rejected(
      `its dataschema is ${dataschema === undefined ? 'missing' : quoted(dataschema)}, not "${COMMAND_SCHEMA}"`,
    );
  }
  if (id.length > MAX_COMMIT_ID_LENGTH)
    throw rejected(`its id has more than ${MAX_COMMIT_ID_LENGTH} characters`);
  if (subject === undefined) throw rejected('it has no subject: the stream of its aggregate');
  if (time === undefined) throw rejected('it has no time');
  if (!isCommandData(data)) throw rejected('its data has no "command", or a wrong fingerprint or context');
  const { command, fingerprint, context } = data;
  return {
    ...{ id, type, stream: subject, data: command, at: new Date(time) },
    context: { ...context, correlationId: context?.correlationId ?? id, causationId: id },
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

function textOf(name: string, context: VarveContext | undefined): Readonly<Record<string, string>> {
  const value = context?.[name];
  return typeof value === 'string' && value !== '' ? { [name]: value } : {};
}

function isCommandData(data: unknown): data is CommandData {
  if (!isObject(data) || !('command' in data)) return false;
  const { fingerprint, context } = data;
  if (fingerprint !== undefined && typeof fingerprint !== 'string') return false;
  if (context === undefined) return true;
  return isObject(context) && ['string', 'undefined'].includes(typeof context['correlationId']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rejected(why: string): MessageRejectedError {
  return new MessageRejectedError(`The message is no command: ${why}.`);
}
