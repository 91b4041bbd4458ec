import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { ProjectorHost } from './projector-host.js';
import { getProjectorToken } from './tokens.js';

/** The shape that a health check of @nestjs/terminus takes; said here, so that an app without terminus does not need its types. */
export type ProjectionsHealth = Record<string, { readonly status: 'up' | 'down' } & Record<string, unknown>>;

/** For `HealthCheckService.check([() => indicator.check('projections')])` of @nestjs/terminus, or by itself. */
@Injectable()
export class ProjectionsHealthIndicator {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** Down when a projection was stopped by a failure, or the read models cannot be read. Being behind or paused is not ill. */
  async check(key: string, readModelsName?: string): Promise<ProjectionsHealth> {
    const host = this.modules.get<ProjectorHost>(getProjectorToken(readModelsName), { strict: false });
    if (host.startError !== undefined)
      return { [key]: { status: 'down', message: messageOf(host.startError) } };
    try {
      const head = await host.log.head();
      const versions = (await host.readModels.listVersions()).filter(
        (version) => version.state !== 'retired',
      );
      const isStopped = versions.some((version) => version.lease.state === 'stopped');
      const projections = versions.map(({ processor, checkpoint, lease, parked }) => {
        return {
          processor,
          state: lease.state,
          reason: lease.reason,
          behind: head - checkpoint.position,
          parked,
        };
      });
      return { [key]: { status: isStopped ? 'down' : 'up', projections } };
    } catch (error) {
      return { [key]: { status: 'down', message: messageOf(error) } };
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
