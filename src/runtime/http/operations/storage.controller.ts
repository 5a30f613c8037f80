/** What the log and the projections take, over HTTP. */
import { Controller, Get, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { EventLog } from '../../event-log/event-log.js';
import { EventStore } from '../../event-log/event-store.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import { ProjectionHost, type AnyProjection } from '../../projection/projection-host.js';
import { AnyReadModel } from '../../projection/read-models/any-read-model.js';
import { queryOf, sendJson, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { ApiStorage } from './storage.docs.js';

interface ProjectionStorage {
  readonly name: string;
  readonly kind: 'projection' | 'entities' | 'read model';
  /** Of the snapshots together; of the databases, where that can be told. */
  readonly bytes?: number;
  readonly snapshots?: number;
}

@Controller({ path: PATHS.storage, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('operate')
export class StorageController {
  constructor(
    private readonly log: EventLog,
    private readonly store: EventStore,
    private readonly host: ProjectionHost,
  ) {}

  @Get()
  @ApiStorage()
  async storage(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const head = await this.log.head();
    const [hash, { kind, bytes, usedBytes }, projections] = await Promise.all([
      this.log.hashAt(head),
      this.store.size(),
      Promise.all(this.host.all.map(storageOf)),
    ]);
    const log = {
      kind,
      identity: this.log.identity,
      head,
      ...(hash !== undefined && { hash }),
      ...(bytes !== undefined && { bytes }),
      ...(usedBytes !== undefined && { usedBytes }),
    };
    const headers = { 'leftfold-position': String(head), 'cache-control': 'no-store' };
    sendJson(response, 200, headers, { log, projections });
  }
}

async function storageOf(projection: AnyProjection): Promise<ProjectionStorage> {
  const { name } = projection;
  if (projection instanceof EntityProjection) return withSize(name, 'entities', projection.place.size());
  if (projection instanceof AnyReadModel) return withSize(name, 'read model', projection.size());
  const kept = await projection.snapshotsKept();
  const bytes = kept.reduce((sum, snapshot) => sum + snapshot.bytes, 0);
  return { name, kind: 'projection', bytes, snapshots: kept.length };
}

async function withSize(
  name: string,
  kind: ProjectionStorage['kind'],
  size: Promise<number | undefined>,
): Promise<ProjectionStorage> {
  const bytes = await size;
  return { name, kind, ...(bytes !== undefined && { bytes }) };
}
