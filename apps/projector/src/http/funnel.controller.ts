import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { WaitFor } from '@varve/projections/nest';
import { FunnelQueries, type Funnel } from '../funnel/funnel.queries.js';
import { funnel } from './answer-schemas.js';
import { ApiRead } from './openapi.js';
import { onlyWaitingQuery } from './query-schemas.js';

@ApiTags('figures')
@Controller('funnel')
@UseInterceptors(WaitFor('funnel'))
export class FunnelController {
  constructor(private readonly funnelQueries: FunnelQueries) {}

  @Get()
  @ApiRead('How many orders have reached each step', funnel)
  funnel(@Query({ schema: onlyWaitingQuery }) _query: object): Promise<Funnel> {
    return this.funnelQueries.funnel();
  }
}
