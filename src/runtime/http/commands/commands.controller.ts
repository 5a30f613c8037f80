/** The endpoints that a decider has, made of its commands. */
import {
  Controller,
  Get,
  Optional,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { EventLog } from '../../event-log/event-log.js';
import { FORM_TYPE, JSON_TYPE, NDJSON_TYPE } from '../kernel/bodies.js';
import type { HttpRequest, HttpResponse } from '../kernel/exchange.js';
import { Links } from '../kernel/links.js';
import { Gate } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import type { Parameters, Route, Served } from './served.js';

/** The media types of the bodies that such a controller reads. */
const accepts = new WeakMap<object, readonly string[]>();

/** Whether commands are served in this application. */
export function servesCommands(container: ModulesContainer): boolean {
  return controllersIn(container).some((controller) => accepts.has(controller));
}

/** The media types that commands are read in, beside those that every application parses. */
export function commandTypesIn(container: ModulesContainer): readonly string[] {
  const found = controllersIn(container).flatMap((controller) => accepts.get(controller) ?? []);
  return [...new Set(found)].filter((type) => ![JSON_TYPE, FORM_TYPE, NDJSON_TYPE].includes(type));
}

function controllersIn(container: ModulesContainer): readonly object[] {
  return [...container.values()].flatMap(({ controllers }) =>
    [...controllers.values()].map(({ metatype }) => metatype as object),
  );
}

export function commandsController(routes: readonly Route[]): Type {
  @Controller({ path: '', version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  class CommandsController implements Served {
    constructor(
      readonly log: EventLog,
      readonly links: Links,
      @Optional() readonly gate: Gate = new Gate(),
    ) {}
  }
  for (const [index, route] of routes.entries()) addRoute(CommandsController, `route${index}`, route);
  accepts.set(
    CommandsController,
    routes.flatMap((route) => route.accepts),
  );
  return CommandsController;
}

/** As Nest's decorators do in a class that is written out. */
function addRoute(controller: Type, name: string, { method, path, scope, documented, answer }: Route): void {
  const prototype = controller.prototype as object;
  const value = function (
    this: Served & { readonly gate: Gate },
    request: HttpRequest,
    response: HttpResponse,
    parameters: Parameters = {},
  ): Promise<void> | undefined {
    // As in the controller of a projection: Nest awaits a guard.
    return this.gate.answer(request, response, scope, () => answer(this, request, response, parameters));
  };
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  const descriptor = { value };
  Req()(prototype, name, 0);
  Res()(prototype, name, 1);
  if (path.includes(':')) Param()(prototype, name, 2);
  (method === 'GET' ? Get : Post)(path)(prototype, name, descriptor);
  RequireScope(scope)(prototype, name, descriptor);
  documented(prototype, name, descriptor);
}
