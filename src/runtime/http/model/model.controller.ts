/** `GET /model`: the contexts of the application, for who draws them or makes forms of their commands. It is the same for as long as the process runs. */
import { createHash } from 'node:crypto';
import { Controller, Get, Inject, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { JSON_UTF_8, queryOf, send, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { matchesEntityTag, negotiate } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { describedModel } from './described-model.js';
import { ApiModel } from './model.docs.js';
import { SERVED_CONTEXTS, type ServedContexts } from './served-contexts.js';

@Controller({ path: PATHS.model, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
export class ModelController {
  /** Made when it is first asked for. */
  #answer: { readonly body: string; readonly entityTag: string } | undefined;

  constructor(
    @Inject(SERVED_CONTEXTS) private readonly contexts: ServedContexts,
    private readonly links: Links,
  ) {}

  @Get()
  @RequireScope('events:read')
  @ApiModel()
  get(@Req() request: HttpRequest, @Res() response: HttpResponse): void {
    refuseUnknownParameters(queryOf(request), []);
    negotiate(request.headers.accept, [JSON_TYPE]);
    this.#answer ??= this.#describe();
    const { body, entityTag } = this.#answer;
    const isKnown = matchesEntityTag(request.headers['if-none-match'], entityTag);
    const headers = { 'content-type': JSON_UTF_8, etag: entityTag, 'cache-control': 'no-cache' };
    send(response, isKnown ? 304 : 200, headers, isKnown ? undefined : body);
  }

  #describe(): { readonly body: string; readonly entityTag: string } {
    const body = JSON.stringify(describedModel(this.contexts(), this.links));
    return { body, entityTag: `"${createHash('sha256').update(body).digest('base64url')}"` };
  }
}
