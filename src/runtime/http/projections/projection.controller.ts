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
import { JSON_TYPE } from '../kernel/bodies.js';
import { JSON_UTF_8, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { Links } from '../kernel/links.js';
import { guardOrigin } from '../kernel/origin.guard.js';
import { OriginPolicy } from '../kernel/origin-policy.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { ApiProjection } from './projection.docs.js';
import { EventLog } from '../../event-log/event-log.js';
import { wantsEventStream } from '../push/event-stream-request.js';
import { ProjectionFeed } from '../push/projection-feed.js';
import { PushStreams } from '../push/push-streams.js';
import { statesSource } from '../push/states-source.js';
import { readSeenState, streamHeaders } from './stream-request.js';
import type { View } from '../../projection/define-projection.js';
import { Projection } from '../../projection/projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import type { Representation, ProjectedState } from './as-of.js';
import { answerQuery } from './query.js';

export function projectionController(name: string): Type {
  @Controller({ path: name, version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  class ProjectionController {
    /** Made when the first client asks for a stream. */
    #feed: ProjectionFeed | undefined;
    #written: { readonly version: string; readonly body: string } | undefined;

    readonly #representation: Representation<unknown> = {
      type: JSON_UTF_8,
      body: (projected) => this.#body(projected),
    };

    constructor(
      @Inject(tokenOf(name)) private readonly projection: Projection,
      private readonly links: Links,
      private readonly streams: PushStreams,
      private readonly log: EventLog,
      @Optional() private readonly policy: OriginPolicy = new OriginPolicy(),
    ) {}

    @Get()
    @ApiProjection(name)
    get(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
      // Nest awaits a guard; calling it here is worth 5 % of the requests that a second serves.
      guardOrigin(this.policy, request, response);
      if (wantsEventStream(request.headers.accept, [JSON_TYPE])) return this.#stream(request, response);
      return answerQuery(this.projection, request, response, this.#representation);
    }

    async #stream(request: HttpRequest, response: HttpResponse): Promise<void> {
      const { projection, links, log } = this;
      const { links: linked } = projection.definition;
      this.#feed ??= new ProjectionFeed(projection, () => links.inView(projection.view(), linked));
      const seen = await readSeenState(request, projection, log);
      this.streams.begin(
        request,
        response,
        streamHeaders(projection, response),
        statesSource(this.#feed, seen),
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
