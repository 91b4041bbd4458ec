import { ReadModelsClosedError } from '../../index.js';

/** Counts who uses the connection, so that closing it can wait for them. */
export class Use {
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly location: string,
    private readonly disconnect: () => Promise<void>,
  ) {}

  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#closing) throw new ReadModelsClosedError(this.location);
    const running = Promise.resolve().then(work);
    const settled = running.catch(() => undefined);
    this.#running.add(settled);
    try {
      return await running;
    } finally {
      this.#running.delete(settled);
    }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#running).then(() => this.disconnect());
    return this.#closing;
  }
}
