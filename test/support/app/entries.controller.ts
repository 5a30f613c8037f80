/** Entries over HTTP: record one or many, look at one, retract one; push a value, and see them all. */
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import {
  FORM_TYPE,
  JSON_TYPE,
  Links,
  NDJSON_TYPE,
  commitOptions,
  linkToCommit,
  refuseUnknownParameters,
  queryOf,
  readBody,
  sendJson,
  type CommitOptions,
  type HttpRequest,
  type HttpResponse,
} from '../../../src/runtime/http/index.js';
import {
  EventLog,
  allows,
  execute,
  load,
  position,
  type Commit,
  type Position,
} from '../../../src/runtime/index.js';
import { entryRecorded } from './entries.events.js';
import { EntryNotFound, entryDecider, retract } from './entry.decider.js';
import { readEntries, readPushed, readReason } from './entry-bodies.js';

const POSITION = ApiParam({ name: 'position', schema: { type: 'integer', minimum: 1 } });
const RECORDED = ApiResponse({ status: 201, description: 'Recorded' });
const FOUND = ApiResponse({ status: 200, description: 'What was recorded' });

@Controller()
export class EntriesController {
  constructor(
    private readonly log: EventLog,
    private readonly links: Links,
  ) {}

  @Post('entries')
  @ApiOperation({ operationId: 'recordEntries' })
  @RECORDED
  async record(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const body = readEntries(await readBody(request, [JSON_TYPE, NDJSON_TYPE, FORM_TYPE]));
    const options = commitOptions(request, { record: body });
    if (typeof body === 'string') {
      const { first } = await this.#append([body], options);
      sendCreated(response, this.links.app(`/entries/${first}`), first, { position: first, value: body });
    } else {
      const { first, last } = await this.#append(body, options);
      sendCreated(response, linkToCommit(this.links, first, last), last, { first, last });
    }
  }

  @Get('entries/:position')
  @ApiOperation({ operationId: 'findEntry' })
  @POSITION
  @FOUND
  async find(
    @Param('position') text: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const entry = positionOf(text);
    const { state, after } = await load(this.log, entryDecider, entry);
    const { value } = state.context;
    if (value === undefined) throw new EntryNotFound(text);
    const commands = allows(entryDecider, state, retract) ? ['retract'] : [];
    const body = { position: entry, value, state: state.value, commands };
    sendJson(response, 200, { 'leftfold-position': String(after) }, body);
  }

  @Post('entries/:position/retraction')
  @ApiOperation({ operationId: 'retractEntry' })
  @POSITION
  @RECORDED
  async retract(
    @Param('position') text: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const body = await readBody(request, [JSON_TYPE, FORM_TYPE]);
    const entry = positionOf(text);
    const input = { entry, reason: readReason(body) };
    const options = commitOptions(request, { retract: input });
    const { last } = await execute(this.log, entryDecider, entry, retract, input, options);
    sendCreated(response, this.links.app(`/entries/${entry}`), last, { position: last, ...input });
  }

  @Post('push')
  @ApiOperation({ operationId: 'push' })
  @RECORDED
  async push(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const value = readPushed(await readBody(request, [FORM_TYPE, JSON_TYPE]));
    const { last } = await this.#append([value], commitOptions(request, { push: value }));
    sendCreated(response, this.links.app(`/entries/${last}`), last, await this.#values(last));
  }

  @Get('values')
  @ApiOperation({ operationId: 'values' })
  @FOUND
  async values(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    sendJson(response, 200, {}, await this.#values(await this.log.head()));
  }

  #append(values: readonly string[], options: CommitOptions): Promise<Commit> {
    return this.log.append(
      values.map((value) => entryRecorded.create({ value })),
      options,
    );
  }

  /** What was recorded up to a position: JSON numbers where they are exact. */
  async #values(through: Position): Promise<readonly (number | string)[]> {
    const values: (number | string)[] = [];
    for await (const page of this.log.read([{ types: [entryRecorded.type] }], { through })) {
      for (const { data } of page) {
        const { value } = data as { readonly value: string };
        values.push(Number.isSafeInteger(Number(value)) ? Number(value) : value);
      }
    }
    return values;
  }
}

function sendCreated(response: HttpResponse, location: string, at: Position, body: object): void {
  sendJson(response, 201, { location, 'leftfold-position': String(at) }, body);
}

/** @throws EntryNotFound for what can be none */
function positionOf(text: string): Position {
  if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new EntryNotFound(text.slice(0, 40));
  return position(Number(text));
}
