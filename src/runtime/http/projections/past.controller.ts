/** What every projection tells of its past: `GET /<name>/history` and `GET /<name>/what-if`. */
import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Json, Position } from '../../event-log/event.js';
import { AfterHead } from '../../projection/past/past-problems.js';
import { Projection } from '../../projection/projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { whatIfAnswer } from '../../projection/past/past.js';
import { positionOf, untilGone } from './as-of.js';
import { ApiHistory, ApiWhatIf } from './past.docs.js';
import { readHistory, readWhatIf, requireBefore, type HistoryRequest } from './past-request.js';
import type { QueryRequest } from './query.js';

/** A history that takes longer, in milliseconds, is answered as far as it got, with a link to the rest. */
const MAX_FOLD_SECONDS = 2000;

interface Point {
  readonly position: Position;
  readonly time?: string;
  readonly [member: string]: Json | undefined;
}

export function pastController(name: string): Type {
  @Controller(name)
  class PastController {
    constructor(@Inject(tokenOf(name)) private readonly projection: Projection) {}

    @Get('history')
    @ApiHistory(name)
    async history(
      @Req() { query }: FastifyRequest & QueryRequest,
      @Res() reply: FastifyReply,
    ): Promise<void> {
      const head = await this.projection.past.head();
      const asked = readHistory(query, head);
      if (asked.to > head) throw new AfterHead(asked.to, head);
      const answer = await untilGone(reply, (signal) => pointsOf(this.projection, asked, signal));
      if (answer === undefined) return;
      void reply
        .header('leftfold-position', String(answer.points.at(-1)?.position ?? asked.from))
        .header('cache-control', 'no-cache')
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(answer));
    }

    @Get('what-if')
    @ApiWhatIf(name)
    async whatIf(@Req() { query }: FastifyRequest & QueryRequest, @Res() reply: FastifyReply): Promise<void> {
      const { past, definition } = this.projection;
      const asked = readWhatIf(query);
      const head = await past.head();
      for (const each of asked.without) if (each > head) throw new AfterHead(each, head);
      const at = asked.at === undefined ? head : await positionOf(past, asked.at);
      requireBefore(at, asked.without);
      const states = await untilGone(reply, (signal) => past.whatIf(asked.without, at, { signal }));
      if (states === undefined) return;
      void reply
        .header('leftfold-position', String(at))
        .header('cache-control', 'no-cache')
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(whatIfAnswer(definition, asked.without, states)));
    }
  }
  return PastController;
}

async function pointsOf(
  { name, past, definition }: Projection,
  asked: HistoryRequest,
  signal: AbortSignal,
): Promise<{ readonly points: readonly Point[]; readonly next?: string }> {
  const { to, step } = asked;
  const until = performance.now() + MAX_FOLD_SECONDS;
  const points: Point[] = [];
  for await (const { folded, time } of past.series(asked, { signal })) {
    const { position: at, state } = folded;
    points.push({ position: at, ...(time !== undefined && { time }), ...definition.view(state, at) });
    if (performance.now() > until && at + step <= to)
      return { points, next: `/${name}/history?from=${at + step}&to=${to}&step=${step}` };
  }
  return { points };
}
