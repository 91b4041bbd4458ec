import { TelemetryLink, type TelemetryLinkOptions } from './telemetry-link.js';

type Endpoints = TelemetryLinkOptions['endpoints'];

/** One link per address of the server. */
export class TelemetryLinks {
  readonly #links = new Map<string, TelemetryLink>();

  constructor(private readonly options: Omit<TelemetryLinkOptions, 'endpoints'>) {}

  at(endpoints: Endpoints): TelemetryLink {
    const known = this.#links.get(endpoints.facade);
    if (known) return known;
    const link = new TelemetryLink({ ...this.options, endpoints });
    this.#links.set(endpoints.facade, link);
    return link;
  }

  async declare(all: readonly Endpoints[], timeout: number): Promise<void> {
    await Promise.all(all.map((endpoints) => this.at(endpoints).declare(timeout)));
  }

  release(): void {
    for (const link of this.#links.values()) link.release();
  }
}
