/** `/forwarding`: hands the requests for a context to another process, and takes them back, while both serve. */
import { Controller, Get, HttpCode, Module, Post, Req, Res, type DynamicModule } from '@nestjs/common';
import { z } from 'zod';
import { RequireScope } from '../runtime/access/required-scope.js';
import { ApiEndpoint } from '../runtime/http/kernel/api-docs.js';
import { JSON_TYPE, bodyProblems, readBody } from '../runtime/http/kernel/bodies.js';
import { queryOf, sendJson, type HttpRequest, type HttpResponse } from '../runtime/http/kernel/exchange.js';
import { parseBody } from '../runtime/http/kernel/json-faults.js';
import { refuseUnknownParameters } from '../runtime/http/kernel/parameters.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import { InvalidBody, InvalidParameter } from '../runtime/http/kernel/problem.js';
import { Forwarding } from './forwarding.js';
import { CannotForward } from './same-states.js';
import { isOrigin } from './settings.js';

const RIGHT = 'the URL of a server without a path, as in http://127.0.0.1:3002, or null for this one';

const body = z
  .strictObject(
    {
      context: z.string('name a context').min(1, 'name a context'),
      to: z.string(RIGHT).refine(isOrigin, RIGHT).nullable(),
    },
    'send {"context": "product", "to": "http://127.0.0.1:3002"}, or null to serve it here again',
  )
  .meta({ title: 'Forward', example: { context: 'product', to: null } });

const answer = {
  description: 'Where each context that is not served here is served',
  body: z.object({ contexts: z.record(z.string(), z.string()) }).meta({ title: 'Forwarding' }),
};

const UNKNOWN_PARAMETER = new InvalidParameter('all', 'There is no parameter all; there are none here.');

@Controller(PATHS.forwarding)
@RequireScope('admin')
export class ForwardingController {
  constructor(private readonly forwarding: Forwarding) {}

  @Get()
  @ApiEndpoint({
    tag: 'operations',
    summary: 'Which contexts are served by another process',
    id: 'forwarding',
    answers: { 200: answer },
    problems: [UNKNOWN_PARAMETER],
  })
  show(@Req() request: HttpRequest, @Res() response: HttpResponse): void {
    refuseUnknownParameters(queryOf(request), []);
    this.#answer(response);
  }

  @Post()
  @HttpCode(200)
  @ApiEndpoint({
    tag: 'operations',
    summary: 'Hand the requests for a context to another process, or serve it here again',
    id: 'setForwarding',
    body,
    answers: { 200: answer },
    problems: [
      UNKNOWN_PARAMETER,
      ...bodyProblems([JSON_TYPE]),
      new InvalidBody([{ pointer: '#/to', detail: RIGHT }]),
      new CannotForward('There is no context orders here; there are numbers, product, sum.'),
    ],
  })
  async set(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const { context, to } = parseBody(body, await readBody(request, [JSON_TYPE]));
    await this.forwarding.set(context, to === null ? undefined : new URL(to).origin);
    this.#answer(response);
  }

  #answer(response: HttpResponse): void {
    sendJson(response, 200, { 'cache-control': 'no-store' }, { contexts: this.forwarding.targets });
  }
}

@Module({})
export class ForwardingModule {
  static of(forwarding: Forwarding): DynamicModule {
    return {
      module: ForwardingModule,
      controllers: [ForwardingController],
      providers: [{ provide: Forwarding, useValue: forwarding }],
    };
  }
}
