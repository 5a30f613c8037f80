/** Where the log ends, at once or as soon as it has advanced. */
import {
  Controller,
  Get,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  queryOf,
  sendJson,
  whileConnected,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { preferredWait } from '../kernel/headers.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { PATHS } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { LogWentBack } from '../../event-log/errors.js';
import type { Position } from '../../event-log/event.js';
import { EventLog } from '../../event-log/event-log.js';
import { ApiHead } from './commits.docs.js';
import { readHeadRequest, type KnownCommit } from './commit-requests.js';
import { logHeaders, requireSameLog } from './same-log.js';

@Controller({ path: PATHS.head, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('log')
export class HeadController implements OnModuleDestroy {
  /** Aborted before the server closes: who waits is answered, and does not delay the end. */
  readonly #closing = new AbortController();
  /** The commit that a client asked about last: most ask about the newest one. */
  #lastKnown: KnownCommit | undefined;

  constructor(private readonly log: EventLog) {}

  onModuleDestroy(): void {
    this.#closing.abort();
  }

  @Get()
  @ApiHead()
  async head(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    const { after, known } = readHeadRequest(queryOf(request));
    const wait = preferredWait(request.headers['prefer']);
    requireSameLog(request, this.log);
    let head = await this.log.head();
    if (known !== undefined) await this.#requireKnown(known, head);
    const waits = after !== undefined && head <= after && wait > 0;
    if (waits) {
      await this.#advanced(after, wait, response);
      head = await this.log.head();
    }
    const status = this.log.status();
    sendJson(
      response,
      200,
      { ...logHeaders(this.log, head), ...(waits && { 'preference-applied': `wait=${wait}` }) },
      { log: this.log.identity, position: head, ...(status !== undefined && { status }) },
    );
  }

  /** Resolves when the head stands after the position, the time is over, the client is gone, or the server closes. */
  async #advanced(after: Position, seconds: number, response: HttpResponse): Promise<void> {
    const over = new AbortController();
    const end = (): void => {
      over.abort();
    };
    const timer = setTimeout(end, seconds * 1000);
    this.#closing.signal.addEventListener('abort', end);
    if (this.#closing.signal.aborted) end();
    try {
      await whileConnected(response, async (gone) => {
        gone.addEventListener('abort', end, { once: true });
        await this.log.advanced(after, over.signal).catch((error: unknown) => {
          if (!over.signal.aborted) throw error;
        });
      });
    } finally {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener('abort', end);
    }
  }

  /** @throws LogWentBack when the log does not hold that commit */
  async #requireKnown(known: KnownCommit, head: Position): Promise<void> {
    if (known.last > head) throw new LogWentBack(known.last, head);
    if (known.last === this.#lastKnown?.last && known.hash === this.#lastKnown.hash) return;
    if ((await this.log.hashAt(known.last)) !== known.hash) throw new LogWentBack(known.last, head);
    this.#lastKnown = known;
  }
}
