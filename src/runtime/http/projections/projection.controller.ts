/** The query endpoint that every projection has: `GET /<path>`, where the path is its name or another. */
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
import { pathOf } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { ApiProjection } from './projection.docs.js';
import type { ProjectionDefinition, View } from '../../projection/define-projection.js';
import { EventLog } from '../../event-log/event-log.js';
import { prefersEventStream } from '../push/event-stream-request.js';
import { ProjectionFeed } from '../push/projection-feed.js';
import { PushStreams } from '../push/push-streams.js';
import type { OpenedStream } from '../push/push-topics.js';
import { statesSource } from '../push/states-source.js';
import { readSeenState, streamHeaders } from './stream-request.js';
import { Projection } from '../../projection/projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import type { Representation, ProjectedState } from './as-of.js';
import { answerQuery } from './query.js';

export function projectionController(definition: Pick<ProjectionDefinition, 'name' | 'http'>): Type {
  const { name } = definition;
  const scope = `query:${name}` as const;

  @Controller({ path: pathOf(definition), version: VERSION_NEUTRAL })
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
      @Optional() private readonly gate: Gate = new Gate(),
    ) {
      streams.topics.offer({ path: pathOf(definition), scope, open: (request) => this.#open(request) });
    }

    @Get()
    @RequireScope(scope)
    @ApiProjection(definition)
    get(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
      return this.gate.answer(request, response, scope, () =>
        prefersEventStream(request.headers.accept)
          ? this.#stream(request, response)
          : answerQuery(this.projection, request, response, this.#representation),
      );
    }

    async #stream(request: HttpRequest, response: HttpResponse): Promise<void> {
      const { source } = await this.#open(request);
      this.streams.begin(request, response, streamHeaders(this.projection, response), source);
    }

    async #open(request: HttpRequest): Promise<OpenedStream> {
      const { projection, links, log } = this;
      const { links: linked } = projection.definition;
      this.#feed ??= new ProjectionFeed(projection, () => links.inView(projection.view(), linked));
      const seen = await readSeenState(request, projection, log);
      return { source: statesSource(this.#feed, seen) };
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
