import { messageOf } from '@varve/eventstore';
import {
  BrokerRefusedError,
  BrokerUnavailableError,
  BusError,
  MessageTooLargeError,
  PublishNotConfirmedError,
} from '../transport/errors.js';
import { faultOf } from './error-codes.js';

export interface Doing {
  /** For a person: `publish to "order"`. */
  readonly what: string;
  readonly endpoints: string;
  /** A message was on its way, and may have arrived. */
  readonly message?: { readonly topic: string; readonly bytes: number; readonly maxBytes: number };
}

/** Whatever the driver threw, in the terms of the port. */
export function translateError(error: unknown, doing: Doing): BusError {
  if (error instanceof BusError) return error;
  const { what, endpoints, message } = doing;
  const cause = { cause: error };
  const said = reasonOf(error);
  const refused = (why: BrokerRefusedError['why'], whatToDo: string): BusError =>
    new BrokerRefusedError(why, `RocketMQ at ${endpoints} refused to ${what}: ${said} ${whatToDo}`, cause);
  const fault = faultOf(error);
  switch (fault) {
    case 'unreachable':
    case 'busy':
      return new BrokerUnavailableError(
        `RocketMQ at ${endpoints} cannot ${what} now: ${said} It is worth another try.`,
        cause,
      );
    case 'no-answer': {
      const text = `RocketMQ at ${endpoints} did not answer in time to ${what}: ${said}`;
      return message ? new PublishNotConfirmedError(text, cause) : new BrokerUnavailableError(text, cause);
    }
    case 'too-large':
      return message
        ? new MessageTooLargeError(message.bytes, message.maxBytes, message.topic)
        : refused('other', '');
    case 'unknown-topic':
      return refused(fault, 'Create the topic: "varve bus setup".');
    case 'wrong-topic-type':
      return refused(fault, 'Create it anew with the type that is needed: "varve bus setup".');
    case 'illegal-name':
      return refused(fault, 'Choose another name.');
    case 'unauthorized':
      return unauthorized(said, refused);
    case 'other':
      return refused('other', '');
  }
}

/** The server has one code for both, so its words must do: "no permission" is its text for a known user without the right. */
function unauthorized(
  said: string,
  refused: (why: BrokerRefusedError['why'], whatToDo: string) => BusError,
): BusError {
  if (/no permission/iu.test(said)) {
    return refused(
      'no-right',
      'Give the user the right: Pub or Sub on the topic, Sub on the group and on "%DLQ%<group>".',
    );
  }
  return refused('wrong-credentials', 'Check accessKey and accessSecret.');
}

function reasonOf(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  const reason = line
    .replace(/^\[request-id=[^\]]*\] */u, '')
    .trim()
    .slice(0, 400);
  return /[.!?]$/u.test(reason) ? reason : `${reason}.`;
}
