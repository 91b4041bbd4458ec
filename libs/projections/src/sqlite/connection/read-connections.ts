import { isPromise } from '@varve/eventstore';
import type Database from 'better-sqlite3';
import { ReadModelsClosedError } from '../../index.js';
import { translateDriverError } from '../driver-errors.js';
import type { ReadModelFile } from './read-model-file.js';
import { StatementCaches } from './statement-cache.js';

/** A connection in one read transaction: everything read through it is of one moment. */
export interface ReadConnection {
  readonly database: Database.Database;
  readonly statements: StatementCaches;
}

/** Connections that only read, beside the writer. Synchronous work shares one; asynchronous work has one to itself meanwhile. */
export class ReadConnections {
  private readonly idle: ReadConnection[] = [];
  private closed = false;

  constructor(
    private readonly location: string,
    private readonly file: ReadModelFile,
    private readonly open: () => Database.Database,
  ) {}

  async transaction<T>(work: (connection: ReadConnection) => T | Promise<T>): Promise<T> {
    const connection = this.begin();
    try {
      const pending = work(connection);
      return isPromise(pending) ? await pending : pending;
    } catch (error) {
      throw translateDriverError(error, this.location);
    } finally {
      this.end(connection);
    }
  }

  /** For a transaction that outlives one call. Whoever begins it ends it. */
  begin(): ReadConnection {
    if (this.closed) throw new ReadModelsClosedError(this.location);
    try {
      const connection = this.connect();
      connection.database.exec('BEGIN');
      return connection;
    } catch (error) {
      throw translateDriverError(error, this.location);
    }
  }

  end(connection: ReadConnection): void {
    if (hasEnded(connection.database) && !this.closed) this.idle.push(connection);
    else connection.database.close();
  }

  /** Connections in use are closed when their work ends. */
  close(): void {
    this.closed = true;
    for (const connection of this.idle.splice(0)) connection.database.close();
  }

  /** The file is looked at after it was opened: it could be replaced in between, and one store would answer from two files. */
  private connect(): ReadConnection {
    const connection = this.idle.pop() ?? this.openAnother();
    try {
      this.file.assertSame();
      return connection;
    } catch (error) {
      connection.database.close();
      throw error;
    }
  }

  private openAnother(): ReadConnection {
    this.file.assertSame();
    const database = this.open();
    return { database, statements: new StatementCaches(database) };
  }
}

/** A damaged file may refuse even this. What was read is told in any case, and closing the connection ends the transaction, too. */
function hasEnded(database: Database.Database): boolean {
  try {
    if (database.inTransaction) database.exec('COMMIT');
    return true;
  } catch {
    return false;
  }
}
