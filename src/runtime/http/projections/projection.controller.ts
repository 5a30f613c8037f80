/** The query endpoint that every projection has: `GET /<name>`. */
import {
  Controller,
  Get,
  Inject,
  Optional,
  Req,
  Res,
  UseFilters,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import { JSON_UTF_8, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { Links } from '../kernel/links.js';
import { Gate } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { ApiProjection } from './projection.docs.js';
import type { View } from '../../projection/define-projection.js';
import { Projection } from '../../projection/projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import type { Representation, ProjectedState } from './as-of.js';
import { answerQuery } from './query.js';

export function projectionController(name: string): Type {
  const scope = `query:${name}` as const;

  @Controller({ path: name, version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  class ProjectionController {
    #written: { readonly version: string; readonly body: string } | undefined;

    readonly #representation: Representation<unknown> = {
      type: JSON_UTF_8,
      body: (projected) => this.#body(projected),
    };

    constructor(
      @Inject(tokenOf(name)) private readonly projection: Projection,
      private readonly links: Links,
      @Optional() private readonly gate: Gate = new Gate(),
    ) {}

    @Get()
    @RequireScope(scope)
    @ApiProjection(name)
    get(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
      return this.gate.answer(request, response, scope, () =>
        answerQuery(this.projection, request, response, this.#representation),
      );
    }

    /** That of now is written once for each version, however often it is asked for. */
    #body({ position, state }: ProjectedState<unknown>): string {
      const { definition, version } = this.projection;
      const written = (view: View): string =>
        JSON.stringify({ ...this.links.inView(view, definition.links), position });
      if (state !== this.projection.state) return written(definition.view(state, position));
      if (this.#written?.version !== version) {
        this.#written = { version, body: written(this.projection.view()) };
      }
      return this.#written.body;
    }
  }
  return ProjectionController;
}
