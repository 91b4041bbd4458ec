import type { Files } from './files.ts';

export interface ProjectorOrders extends Files {
  readonly owner: string;
  readonly leaseDuration: number;
  readonly release?: number;
  /** How long to wait for the read models' write lock, in milliseconds. */
  readonly busyTimeout?: number;
  /** Stops itself with SIGSTOP once, when it has come to this position. */
  readonly sleep?: { readonly when: 'it has read' | 'it applies'; readonly at: number };
}
