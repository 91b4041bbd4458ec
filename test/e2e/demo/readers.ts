/** Somebody who keeps looking while everything happens: a known order must never be gone, and the counts never go back. */
export class Reader {
  readonly surprises: string[] = [];
  looks = 0;
  refusedConnections = 0;
  readonly #stopped = new AbortController();
  readonly #url: () => string;
  readonly #orderId: string;
  #running: Promise<void> = Promise.resolve();

  constructor(url: () => string, orderId: string) {
    this.#url = url;
    this.#orderId = orderId;
  }

  start(): void {
    this.#running = this.#run(this.#stopped.signal);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let most = 0;
    while (!signal.aborted) {
      try {
        const order = await fetch(`${this.#url()}/orders/${this.#orderId}`);
        await order.arrayBuffer();
        const funnel = (await (await fetch(`${this.#url()}/funnel`)).json()) as { placed?: number };
        this.looks++;
        if (order.status !== 200) this.surprises.push(`order ${this.#orderId} was gone: ${order.status}`);
        if ((funnel.placed ?? 0) < most)
          this.surprises.push(`placed orders went back from ${most} to ${funnel.placed}`);
        most = Math.max(most, funnel.placed ?? 0);
      } catch {
        // The projector that was asked is being killed or restarted.
        this.refusedConnections++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
