/** The hello-world protocol’s line about the sum; `GET /sum` comes with the projection. */
import { Controller, Get, Req, Res } from '@nestjs/common';
import { InjectProjection, Projection } from '../../runtime/index.js';
import {
  ApiTextQuery,
  RequireScope,
  answerQuery,
  type HttpRequest,
  type HttpResponse,
} from '../../runtime/http/index.js';
import type { SumContext } from './sum.machine.js';
import { sum } from './sum.projection.js';

@Controller('sum')
@RequireScope('query:sum')
export class SumController {
  constructor(@InjectProjection(sum) private readonly projection: Projection<SumContext>) {}

  @Get('state')
  @ApiTextQuery('sum', 'The sum as one line of text', '\nadder state: 6\n')
  state(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
    return answerQuery(this.projection, request, response, {
      type: 'text/plain; charset=utf-8',
      body: ({ state }) => `\nadder state: ${String(state.context.total)}\n`,
    });
  }
}
