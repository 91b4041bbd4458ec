import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { isEventStoreError, type FeedStatus } from '@varve/eventstore';
import type { ProjectionVersion, ProjectorStatus, VersionStatus } from '@varve/projections';
import { InjectProjector, type ProjectorHost } from '@varve/projections/nest';
import { howFar, type HowFar } from './answer-schemas.js';

type Progress = HowFar['projections'][number];

/** Queries are served while the projector catches up, and while the log is away; this says how far it is. */
@ApiTags('operation')
@Controller('status')
export class StatusController {
  constructor(@InjectProjector() private readonly projector: ProjectorHost) {}

  @Get()
  @ApiOperation({ summary: 'How far each read model has come, and what the bus brings' })
  @ApiResponse({ status: 200, description: 'How far', standardSchema: howFar })
  async status(): Promise<HowFar> {
    try {
      return described(await this.projector.status());
    } catch (error) {
      if (!isEventStoreError(error, 'store-unavailable')) throw error;
      return { projections: withoutLog(await this.projector.readModels.listVersions()) };
    }
  }
}

function described({ head, projections }: ProjectorStatus): HowFar {
  return {
    head,
    projections: projections.map(({ name, live, versions }) => ({
      ...progressOf(name, versions, head),
      behind: live?.behind ?? head,
      caughtUp: live?.behind === 0,
      ...(live?.here?.feed && { feed: feedOf(live.here.feed) }),
    })),
  };
}

/** What the read models know by themselves. */
function withoutLog(versions: readonly ProjectionVersion[]): Progress[] {
  const names = [...new Set(versions.map(({ name }) => name))];
  return names.map((name) =>
    progressOf(
      name,
      versions.filter((version) => version.name === name),
    ),
  );
}

function progressOf(
  name: string,
  versions: readonly (ProjectionVersion | VersionStatus)[],
  head?: number,
): Progress {
  const live = versions.find((version) => version.live);
  return {
    name,
    liveVersion: live?.version,
    position: live?.checkpoint.position ?? 0,
    building: versions
      .filter(({ state }) => state === 'building')
      .map(({ version, checkpoint: { position } }) => ({
        version,
        position,
        ...(head !== undefined && { percent: head === 0 ? 100 : Math.floor((100 * position) / head) }),
      })),
  };
}

/** An error has no JSON. */
function feedOf({ lastError, ...feed }: FeedStatus): Progress['feed'] {
  return lastError instanceof Error ? { ...feed, lastError: lastError.message } : feed;
}
