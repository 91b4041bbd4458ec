/** Work of one key one after the other, in the order of the calls. */
export class KeyLanes {
  readonly #last = new Map<string, Promise<void>>();

  /** `work` must not reject. */
  run(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(key);
    const done = before ? before.then(work) : work();
    this.#last.set(key, done);
    return done.then(() => {
      if (this.#last.get(key) === done) this.#last.delete(key);
    });
  }
}
