/** `GET /problems`: what this process has refused lately, or failed in. */
import { Controller, Get, Inject, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { queryOf, sendJson, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { negotiate } from '../kernel/headers.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { RECENT_PROBLEMS, RecentProblems } from '../kernel/recent-problems.js';
import { ApiProblems } from './problems.docs.js';

@Controller({ path: PATHS.problems, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('operate')
export class ProblemsController {
  constructor(@Inject(RECENT_PROBLEMS) private readonly recent: RecentProblems) {}

  @Get()
  @ApiProblems()
  list(@Req() request: HttpRequest, @Res() response: HttpResponse): void {
    refuseUnknownParameters(queryOf(request), []);
    negotiate(request.headers.accept, [JSON_TYPE]);
    sendJson(response, 200, { 'cache-control': 'no-store' }, { problems: this.recent.list });
  }
}
