/** Serves a table of resources: `GET` of each, `GET …/commands`, `POST …/commands/<name>`, and `405` for all else. */
import {
  Controller,
  Delete,
  Get,
  Param,
  Patch,
  Post,
  Put,
  Req,
  Res,
  UseFilters,
  UseGuards,
  type Type,
} from '@nestjs/common';
import { EventLog, Problem, ProjectionHost } from 'leftfold';
import { OriginGuard, ProblemFilter, type HttpRequest, type HttpResponse } from 'leftfold/http';
import { carryOut, showCommands, showList, showThing, type Answer } from './answers.js';
import type { Ids } from './commands.js';
import type { Resource } from './resource.js';

/** The controller of these resources. */
export function serve(resources: readonly Resource[]): Type {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(OriginGuard)
  class HalController {
    constructor(
      readonly log: EventLog,
      readonly host: ProjectionHost,
    ) {}
  }
  for (const resource of resources) {
    const { path, list, commands } = resource;
    addPath(HalController, path, 'GET', list === undefined ? showThing(resource) : showList(resource, list));
    if (commands === undefined) continue;
    addPath(HalController, `${path}/commands`, 'GET', showCommands(resource));
    for (const [name, command] of Object.entries(commands))
      addPath(HalController, `${path}/commands/${name}`, 'POST', carryOut(name, command));
  }
  return HalController;
}

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

/** What is there is changed by commands only, so each path has one method. */
function addPath(controller: Type, path: string, method: 'GET' | 'POST', answer: Answer): void {
  const allow = method === 'GET' ? 'GET, HEAD' : 'POST';
  for (const [each, decorator] of Object.entries(METHODS))
    addRoute(controller, decorator(path), each === method ? answer : refusing(allow));
}

/** As Nest's decorators do in a class that is written out. */
function addRoute(controller: Type, decorate: MethodDecorator, answer: Answer): void {
  const prototype = controller.prototype as object;
  const name = `route${Object.getOwnPropertyNames(prototype).length}`;
  const value = function (
    this: { readonly log: EventLog; readonly host: ProjectionHost },
    request: HttpRequest,
    response: HttpResponse,
    ids: Ids,
  ): Promise<void> {
    return answer({ log: this.log, host: this.host, request, response, ids });
  };
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  for (const [index, parameter] of [Req(), Res(), Param()].entries()) parameter(prototype, name, index);
  decorate(prototype, name, { value });
}

const refusing =
  (allow: string): Answer =>
  ({ request: { method }, response }) => {
    if ('header' in response) response.header('allow', allow);
    const detail = `${method} is not possible here; ${allow} is. What is there is changed by commands only.`;
    throw new Problem('method-not-allowed', 'method-not-allowed', 'The method is not allowed here', detail);
  };
