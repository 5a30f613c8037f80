/** `GET /<path>/folded`: the state itself, of which the view shows a part, for clients that fold on from it. */
import {
  Controller,
  Get,
  Inject,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import { stringify } from 'devalue';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import type { ProjectionDefinition } from '../../projection/define-projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { Projection } from '../../projection/projection.js';
import { JSON_UTF_8, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { pathOf } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import type { ProjectedState, Representation } from './as-of.js';
import { ApiFolded } from './projection.docs.js';
import { answerQuery } from './query.js';

export function foldedController({ name, version, http }: ProjectionDefinition): Type {
  const representation: Representation<unknown> = {
    type: JSON_UTF_8,
    body: (projected) => foldedState(version, projected),
  };

  @Controller({ path: pathOf({ name, ...(http && { http }) }), version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  @UseGuards(AccessGuard)
  @RequireScope(`query:${name}`)
  class FoldedController {
    constructor(@Inject(tokenOf(name)) private readonly projection: Projection) {}

    @Get('folded')
    @ApiFolded(name)
    get(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
      return answerQuery(this.projection, request, response, representation);
    }
  }
  return FoldedController;
}

/** @returns JSON; its `context` is as devalue's `unflatten` takes it, which brings back bigints, dates, maps and sets */
function foldedState(
  version: number,
  { position, state: { value, context } }: ProjectedState<unknown>,
): string {
  const head = JSON.stringify({ position, version, value });
  return `${head.slice(0, -1)},"context":${stringify(context)}}`;
}
