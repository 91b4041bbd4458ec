import { MongoClient } from 'mongodb';

/**
 * A client for a store of its own. Nothing is retried by the driver: a store knows better what may be done twice, and an error of the server
 * selection then says for certain that nothing was sent. A server that takes connections and never answers is given up like one that does
 * not answer a command; by default the driver would wait for 30 seconds.
 *
 * @throws what `refuse` makes of the reason why the address cannot be used
 */
export function ownClient(
  { uri, commandTimeout }: { readonly uri: string; readonly commandTimeout: number },
  refuse: (reason: string) => Error,
): MongoClient {
  try {
    return new MongoClient(uri, {
      retryWrites: false,
      serverSelectionTimeoutMS: commandTimeout,
      connectTimeoutMS: commandTimeout,
      appName: 'varve',
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}
