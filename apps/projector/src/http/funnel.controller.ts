import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { WaitFor } from '@varve/projections/nest';
import { FunnelQueries, type Funnel } from '../funnel/funnel.queries.js';
import { onlyWaitingQuery } from './query-schemas.js';

@Controller('funnel')
@UseInterceptors(WaitFor('funnel'))
export class FunnelController {
  constructor(private readonly funnelQueries: FunnelQueries) {}

  @Get()
  funnel(@Query({ schema: onlyWaitingQuery }) _query: object): Promise<Funnel> {
    return this.funnelQueries.funnel();
  }
}
