/** Entries over HTTP: record one or many, look at one, retract one; push a value, and see them all. */
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkToCommit } from '../../../src/runtime/http/events/events.controller.js';
import { commitOptions, type CommitOptions } from '../../../src/runtime/http/events/idempotency.js';
import {
  FORM_TYPE,
  JSON_TYPE,
  NDJSON_TYPE,
  requireMediaType,
} from '../../../src/runtime/http/kernel/bodies.js';
import { onlyKnown, type QueryString } from '../../../src/runtime/http/kernel/parameters.js';
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

type EntriesRequest = FastifyRequest & { readonly query: QueryString };

const POSITION = ApiParam({ name: 'position', schema: { type: 'integer', minimum: 1 } });
const RECORDED = ApiResponse({ status: 201, description: 'Recorded' });
const FOUND = ApiResponse({ status: 200, description: 'What was recorded' });

@Controller()
export class EntriesController {
  constructor(private readonly log: EventLog) {}

  @Post('entries')
  @ApiOperation({ operationId: 'recordEntries' })
  @RECORDED
  async record(@Req() request: EntriesRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [JSON_TYPE, NDJSON_TYPE, FORM_TYPE]);
    const body = readEntries(request.body);
    const options = commitOptions(request.headers, { record: body });
    if (typeof body === 'string') {
      const { first } = await this.#append([body], options);
      created(reply, `/entries/${first}`, first).send({ position: first, value: body });
    } else {
      const { first, last } = await this.#append(body, options);
      created(reply, linkToCommit(first, last), last).send({ first, last });
    }
  }

  @Get('entries/:position')
  @ApiOperation({ operationId: 'findEntry' })
  @POSITION
  @FOUND
  async find(
    @Param('position') text: string,
    @Req() request: EntriesRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    onlyKnown(request.query, []);
    const entry = positionOf(text);
    const { state, after } = await load(this.log, entryDecider, entry);
    const { value } = state.context;
    if (value === undefined) throw new EntryNotFound(text);
    const commands = allows(entryDecider, state, retract) ? ['retract'] : [];
    void reply
      .header('leftfold-position', String(after))
      .send({ position: entry, value, state: state.value, commands });
  }

  @Post('entries/:position/retraction')
  @ApiOperation({ operationId: 'retractEntry' })
  @POSITION
  @RECORDED
  async retract(
    @Param('position') text: string,
    @Req() request: EntriesRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [JSON_TYPE, FORM_TYPE]);
    const entry = positionOf(text);
    const input = { entry, reason: readReason(request.body) };
    const options = commitOptions(request.headers, { retract: input });
    const { last } = await execute(this.log, entryDecider, entry, retract, input, options);
    created(reply, `/entries/${entry}`, last).send({ position: last, ...input });
  }

  @Post('push')
  @ApiOperation({ operationId: 'push' })
  @RECORDED
  async push(@Req() request: EntriesRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [FORM_TYPE, JSON_TYPE]);
    const value = readPushed(request.body);
    const { last } = await this.#append([value], commitOptions(request.headers, { push: value }));
    created(reply, `/entries/${last}`, last).send(await this.#values(last));
  }

  @Get('values')
  @ApiOperation({ operationId: 'values' })
  @FOUND
  async values(@Req() request: EntriesRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    void reply.send(await this.#values(await this.log.head()));
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

function created(reply: FastifyReply, location: string, at: Position): FastifyReply {
  return reply.status(201).header('location', location).header('leftfold-position', String(at));
}

/** @throws EntryNotFound for what can be none */
function positionOf(text: string): Position {
  if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new EntryNotFound(text.slice(0, 40));
  return position(Number(text));
}
