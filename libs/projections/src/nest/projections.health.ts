import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { describeError } from '@varve/eventstore/nest';
import type { ProcessorRow, ReadModels } from '../projection/read-models.js';
import type { ProjectorHost } from './projector-host.js';
import { getProjectorToken } from './tokens.js';

/** The shape that a health check of @nestjs/terminus takes; said here, so that an app without terminus does not need its types. */
export type ProjectionsHealth = Record<string, { readonly status: 'up' | 'down' } & Record<string, unknown>>;

/** For `HealthCheckService.check([() => indicator.check('projections')])` of @nestjs/terminus, or by itself. */
@Injectable()
export class ProjectionsHealthIndicator {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** Down when a projection or reactor was stopped by a failure, or cannot run. Being behind, parked or paused is not ill. */
  async check(key: string, readModelsName?: string): Promise<ProjectionsHealth> {
    const host = this.modules.get<ProjectorHost>(getProjectorToken(readModelsName), { strict: false });
    try {
      if (host.startError) throw host.startError;
      const head = await host.log.head();
      const rows = await workingRows(host.readModels);
      const projections = rows.map(({ processor, checkpoint, lease, parked }) => {
        const behind = Math.max(0, head - checkpoint.position);
        return { processor, state: lease.state, reason: lease.reason, behind, parked };
      });
      const isStopped = rows.some(({ lease }) => lease.state === 'stopped');
      return { [key]: { status: isStopped ? 'down' : 'up', projections } };
    } catch (error) {
      return { [key]: { status: 'down', ...describeError(error) } };
    }
  }
}

/** Retired versions stand still, whatever they say. */
async function workingRows(readModels: ReadModels<unknown>): Promise<readonly ProcessorRow[]> {
  const versions = await readModels.listVersions();
  const retired = new Set(
    versions.filter(({ state }) => state === 'retired').map(({ processor }) => processor),
  );
  return (await readModels.listProcessors()).filter(({ processor }) => !retired.has(processor));
}
