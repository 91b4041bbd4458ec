import { translated } from '../errors.js';
import type { Connection } from './connect.js';
import type { Own } from './own-collections.js';
import type { Use } from './use.js';

/** Work on Varve's own documents, outside of a handler's transaction. */
export class OwnWork {
  constructor(
    private readonly connection: Connection,
    private readonly use: Use,
  ) {}

  /** One command, or several that need not be of one moment. */
  plainly<T>(work: (own: Own) => Promise<T>): Promise<T> {
    return this.translating(() => work({ ...this.connection.own, inside: {} }));
  }

  /** The driver's errors as ours. */
  translating<T>(work: () => Promise<T>): Promise<T> {
    return this.use.run(async () => {
      try {
        return await work();
      } catch (error) {
        throw translated(error, this.connection.location);
      }
    });
  }
}
