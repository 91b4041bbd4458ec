import type { ClientSession } from 'mongodb';
import type { Operations } from './operations.js';

/** What a bound collection does its work with. */
export interface Binding {
  readonly operations: Operations;
  readonly session: ClientSession;
  /** How long one operation may take, in milliseconds, unless the call says otherwise. */
  readonly timeoutMS: number;
  readonly allows: 'reads' | 'writes' | 'setup';
}
