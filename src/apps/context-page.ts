/** A page of the contexts at `/`, and the modules that it loads. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { send } from '../runtime/http/kernel/exchange.js';
import { matchesEntityTag } from '../runtime/http/kernel/headers.js';
import { NothingHere } from '../runtime/http/kernel/problem-document.js';
import type { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';
import { browserModules, type BrowserModules } from './browser-modules.js';

/** What a context shows at `/` to who asks for HTML. */
export interface ContextPage {
  /** The module that the page runs, as it was built. */
  readonly entry: URL;
  /** The folder within which its modules are. */
  readonly root: URL;
  /** @param scripts to be put into the head as they are */
  readonly html: (scripts: string) => string;
}

/** No projection has a name with an underscore. */
const PREFIX = '_page';
export const PAGE_MODULES = `/${PREFIX}/*`;

export interface ServedPage {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/**
 * Must be called before the application listens.
 *
 * @returns the page; undefined where it was not built, as in a test that runs the sources
 */
export function serveContextPage(
  fastify: FastifyInstance,
  page: ContextPage,
  filter: ProblemFilter,
): (() => ServedPage) | undefined {
  if (!existsSync(page.entry)) return undefined;
  let found: BrowserModules | undefined;
  const modules = (): BrowserModules => (found ??= browserModules(page.entry, page.root, PREFIX));
  fastify.get(PAGE_MODULES, (request, reply) => {
    const module = modules().modules.get(request.url.slice(1));
    if (module === undefined) {
      void filter.answer(new NothingHere(`There is no ${request.url}.`), request, reply);
      return;
    }
    const headers = {
      'content-type': 'text/javascript; charset=utf-8',
      etag: module.entityTag,
      'cache-control': 'no-cache',
    };
    const isKnown = matchesEntityTag(request.headers['if-none-match'], module.entityTag);
    send(reply, isKnown ? 304 : 200, headers, isKnown ? undefined : module.body.toString());
  });
  return () => pageWith(page, modules());
}

/** Runs its own modules and the import map, and nothing else. */
function pageWith({ html }: ContextPage, { entry, packages }: BrowserModules): ServedPage {
  const imports = JSON.stringify({ imports: packages });
  const hash = createHash('sha256').update(imports).digest('base64');
  return {
    html: html(
      `<script type="importmap">${imports}</script>\n<script type="module" src="/${entry}"></script>`,
    ),
    contentSecurityPolicy:
      `default-src 'none'; script-src 'self' 'sha256-${hash}'; connect-src 'self'; ` +
      "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  };
}
