import { Injectable } from '@nestjs/common';
import { healthInTime, type Health } from '@varve/http';
import { BusHealthIndicator } from '@varve/bus/nest';
import { InjectProjector, ProjectionsHealthIndicator, type ProjectorHost } from '@varve/projections/nest';

/** How the read models are, and apart from it how those are that they are made from. */
@Injectable()
export class ReadSideHealth {
  constructor(
    @InjectProjector() private readonly projector: ProjectorHost,
    private readonly projections: ProjectionsHealthIndicator,
    private readonly bus: BusHealthIndicator,
  ) {}

  /** Down when the read models cannot be read, or a projection was stopped by a failure; not because the log is away. */
  async readModels(key: string): Promise<Health> {
    const { startError, readModels } = this.projector;
    if (startError && !isRetryable(startError)) return down(key, startError.message);
    const versions = (await readModels.listVersions()).filter(({ state }) => state !== 'retired');
    const stopped = versions.find(({ lease }) => lease.state === 'stopped');
    return stopped
      ? down(key, `${stopped.processor} was stopped: ${stopped.lease.reason ?? 'no reason recorded'}`)
      : { [key]: { status: 'up', versions: versions.map(({ processor }) => processor) } };
  }

  log(key: string): Promise<Health> {
    return healthInTime(key, async () => ({
      [key]: { status: 'up', head: await this.projector.log.head() },
    }));
  }

  busOf(key: string): Promise<Health> {
    return healthInTime(key, () => this.bus.check(key));
  }

  /** How far each projection is. */
  following(key: string): Promise<Health> {
    return healthInTime(key, () => this.projections.check(key));
  }
}

function down(key: string, message: string): Health {
  return { [key]: { status: 'down', message } };
}

function isRetryable(error: Error): boolean {
  return 'retryable' in error && error.retryable === true;
}
