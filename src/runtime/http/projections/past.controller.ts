/** What every projection tells of its past: `GET /<path>/history` and `GET /<path>/what-if`. */
import { setImmediate as nextTurn } from 'node:timers/promises';
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
import { JSON_TYPE } from '../kernel/bodies.js';
import { negotiate } from '../kernel/headers.js';
import {
  queryOf,
  sendJson,
  whileConnected,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { Links } from '../kernel/links.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { pathOf } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import type { Json, Position } from '../../event-log/event.js';
import type { ProjectionDefinition, View } from '../../projection/define-projection.js';
import { AfterHead } from '../../projection/past/past-problems.js';
import { Projection } from '../../projection/projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { whatIfAnswer } from '../../projection/past/past.js';
import { positionOf } from './as-of.js';
import { ApiHistory, ApiWhatIf } from './past.docs.js';
import { readHistory, readWhatIf, requireBefore, type HistoryRequest } from './past-request.js';

/** A history that takes longer, in milliseconds, is answered as far as it got, with a link to the rest. */
const MAX_HISTORY_MS = 2000;

/** Views may take long (a product of many digits), so after so long other work gets its turn. */
const MAX_TURN_MS = 10;

interface Point {
  readonly position: Position;
  readonly time?: string;
  readonly [member: string]: Json | undefined;
}

export function pastController(definition: Pick<ProjectionDefinition, 'name' | 'http'>): Type {
  const { name } = definition;

  @Controller({ path: pathOf(definition), version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  @UseGuards(AccessGuard)
  @RequireScope(`query:${name}`)
  class PastController {
    constructor(
      @Inject(tokenOf(name)) private readonly projection: Projection,
      private readonly links: Links,
    ) {}

    @Get('history')
    @ApiHistory(name)
    async history(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
      negotiate(request.headers.accept, [JSON_TYPE]);
      const head = await this.projection.past.head();
      const range = readHistory(queryOf(request), head);
      if (range.to > head) throw new AfterHead(range.to, head);
      const answer = await whileConnected(response, (signal) =>
        pointsOf(this.projection, this.links, range, signal),
      );
      if (answer === undefined) return;
      const last = answer.points.at(-1)?.position ?? range.from;
      const headers = { 'leftfold-position': String(last), 'cache-control': 'no-cache' };
      sendJson(response, 200, headers, answer);
    }

    @Get('what-if')
    @ApiWhatIf(name)
    async whatIf(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
      negotiate(request.headers.accept, [JSON_TYPE]);
      const { past, definition } = this.projection;
      const whatIf = readWhatIf(queryOf(request));
      const head = await past.head();
      for (const each of whatIf.without) if (each > head) throw new AfterHead(each, head);
      const at = whatIf.at === undefined ? head : await positionOf(past, whatIf.at);
      requireBefore(at, whatIf.without);
      const states = await whileConnected(response, (signal) => past.whatIf(whatIf.without, at, { signal }));
      if (states === undefined) return;
      const { is, wouldBe, ...answer } = whatIfAnswer(definition, whatIf.without, states);
      const headers = { 'leftfold-position': String(at), 'cache-control': 'no-cache' };
      const linked = (view: View): View => this.links.inView(view, definition.links);
      sendJson(response, 200, headers, { ...answer, is: linked(is), wouldBe: linked(wouldBe) });
    }
  }
  return PastController;
}

async function pointsOf(
  { past, definition }: Projection,
  links: Links,
  range: HistoryRequest,
  signal: AbortSignal,
): Promise<{ readonly points: readonly Point[]; readonly next?: string }> {
  const { to, step } = range;
  const until = performance.now() + MAX_HISTORY_MS;
  const points: Point[] = [];
  let turn = performance.now();
  for await (const { folded, time } of past.series(range, { signal })) {
    const { position: at, state } = folded;
    points.push({
      position: at,
      ...(time !== undefined && { time }),
      ...links.inView(definition.view(state, at), definition.links),
    });
    if (performance.now() > until && at + step <= to)
      return {
        points,
        next: links.runtime(`/${pathOf(definition)}/history?from=${at + step}&to=${to}&step=${step}`),
      };
    if (performance.now() - turn < MAX_TURN_MS) continue;
    await nextTurn();
    signal.throwIfAborted();
    turn = performance.now();
  }
  return { points };
}
