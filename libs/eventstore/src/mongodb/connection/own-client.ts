import { MongoClient } from 'mongodb';
import { messageOf } from '../../log/message-of.js';

export interface OwnClientOptions {
  readonly uri: string;
  /** In milliseconds. */
  readonly commandTimeout: number;
  /** For commands that may take hours, such as building an index. Default `false`. */
  readonly waitsForever?: boolean;
}

/**
 * A client for a store of its own. Nothing is retried by the driver: a store knows better what may be done twice, and an error of the server
 * selection then says for certain that nothing was sent. A server that takes connections and never answers is given up, and so is a
 * connection that has fallen silent in the middle of a command: by default the driver (7.9) would wait for 30 seconds on the one and for ever on
 * the other, and its `timeoutMS` does nothing.
 *
 * @throws what `refuse` makes of the reason why the address cannot be used, which has neither user nor password
 */
export function ownClient(
  { uri, commandTimeout, waitsForever = false }: OwnClientOptions,
  refuse: (reason: string) => Error,
): MongoClient {
  try {
    return new MongoClient(uri, {
      retryWrites: false,
      serverSelectionTimeoutMS: commandTimeout,
      connectTimeoutMS: commandTimeout,
      socketTimeoutMS: waitsForever ? 0 : commandTimeout,
      appName: 'varve',
    });
  } catch (error) {
    throw refuse(reasonOf(error, uri));
  }
}

/** Whether an error of connecting says that the address is wrong: one of `mongodb+srv` is looked at only then. */
export function isOfAddress(error: unknown): boolean {
  return error instanceof Error && /^Mongo(Parse|API|InvalidArgument)Error$/.test(error.name);
}

/** Of an error of the driver: what is wrong with the address, without a full stop. */
export function reasonOf(error: unknown, uri: string): string {
  const message = messageOf(error);
  // Of `decodeURIComponent`, which the driver passes on as it is, or as an error of its own.
  if (message === 'URI malformed') return 'it has a "%" that begins no escape; write "%25" for a "%"';
  return withoutCredentials(message, uri).replace(/\.$/, '');
}

/** The driver's messages quote parts of the address. */
function withoutCredentials(message: string, uri: string): string {
  const [, credentials = forgottenAt(uri)] = /^[^:]+:\/\/(.*)@/.exec(uri) ?? [];
  const parts = [credentials, ...credentials.split(':')].filter(({ length }) => length > 2);
  return parts.reduce((text, part) => text.replaceAll(part, '***'), message);
}

/** Without its "@" a password stands where a port does: the driver takes it for one, and quotes it. */
function forgottenAt(uri: string): string {
  const [, password = ''] = /^[^:]+:\/\/[^:/?]*:([^/?]*)/.exec(uri) ?? [];
  return /^\d{1,5}(,|$)/.test(password) ? '' : password;
}
