import { createHash } from 'node:crypto';
import type { Commit } from '@varve/eventstore';

/** Two readers that have seen the same commits in the same order, with the same content, have the same digest. */
export class LogDigest {
  readonly #hash = createHash('sha256');
  commits = 0;

  add(commit: Commit): void {
    this.commits += 1;
    this.#hash.update(JSON.stringify(commit));
  }

  toJSON(): { readonly commits: number; readonly digest: string } {
    return { commits: this.commits, digest: this.#hash.copy().digest('hex') };
  }
}
