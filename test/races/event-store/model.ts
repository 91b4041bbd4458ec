import { meets, type CommitHeader } from '@varve/eventstore';
import type { AppendOperation } from './operation.js';

/** What a store may answer to an append, without the numbers that only a written commit has. */
export type Verdict =
  | 'writes'
  | 'commit-fenced'
  | 'commit-id-reused'
  | 'stream-closed'
  | { readonly repeats: number }
  | { readonly conflictAt: number };

interface Written {
  readonly header: CommitHeader;
  readonly operation: AppendOperation;
}

/** The log as the port's rules describe it: nothing but what has been written, in order, and what was fenced. */
export class Model {
  readonly #written: Written[] = [];
  readonly fenced = new Set<string>();

  get head(): number {
    return this.#written.length;
  }

  versionOf(stream: string, head = this.head): number {
    const last = this.#written.slice(0, head).findLast(({ header }) => header.stream === stream);
    return last?.header.lastVersion ?? 0;
  }

  isClosed(stream: string, head = this.head): boolean {
    return this.#written.slice(0, head).some(isClosingOf(stream));
  }

  /** What is right to answer at the moment when the log had `head` commits and these ids were fenced. */
  judge(operation: AppendOperation, head: number, fenced: ReadonlySet<string>): Verdict {
    const { stream, expected, commitId } = operation;
    if (commitId !== undefined && fenced.has(commitId)) return 'commit-fenced';
    const earlier = commitId === undefined ? undefined : this.find(commitId, head);
    if (earlier)
      return isSame(earlier.operation, operation) ? { repeats: earlier.header.position } : 'commit-id-reused';
    if (this.isClosed(stream, head)) return 'stream-closed';
    const actual = this.versionOf(stream, head);
    return meets(expected, actual) ? 'writes' : { conflictAt: actual };
  }

  find(commitId: string, head = this.head): Written | undefined {
    return this.#written.slice(0, head).find(({ header }) => header.commitId === commitId);
  }

  write(header: CommitHeader, operation: AppendOperation): void {
    this.#written.push({ header, operation });
  }

  headers(): CommitHeader[] {
    return this.#written.map(({ header }) => header);
  }

  /** The events in the order of the log, as `[stream, version, type, data]`. */
  events(): unknown[][] {
    return this.#written.flatMap(({ header, operation }) =>
      operation.events.map(({ type, data }, i) => [header.stream, header.firstVersion + i, type, data]),
    );
  }
}

function isSame(a: AppendOperation, b: AppendOperation): boolean {
  return a.stream === b.stream && JSON.stringify(a.events) === JSON.stringify(b.events);
}

function isClosingOf(stream: string) {
  return ({ header, operation }: Written): boolean => header.stream === stream && operation.kind === 'close';
}
