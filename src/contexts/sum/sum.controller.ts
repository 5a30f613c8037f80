/** The hello-world protocol’s line about the sum; `GET /sum` comes with the projection. */
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answered, type QueryRequest } from '../../runtime/http/projections/query.js';
import { ApiTextQuery } from '../../runtime/http/projections/projection.docs.js';
import { InjectProjection } from '../../runtime/projection/inject-projection.js';
import { Projection } from '../../runtime/projection/projection.js';
import type { SumContext } from './sum.machine.js';
import { sum } from './sum.projection.js';

@Controller('sum')
export class SumController {
  constructor(@InjectProjection(sum) private readonly projection: Projection<SumContext>) {}

  @Get('state')
  @ApiTextQuery('sum', 'The sum as one line of text', '\nadder state: 6\n')
  state(
    @Req() request: FastifyRequest & QueryRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> | undefined {
    void reply.type('text/plain; charset=utf-8');
    return answered(this.projection, request, reply, ({ state }) => {
      return `\nadder state: ${String(state.context.total)}\n`;
    });
  }
}
