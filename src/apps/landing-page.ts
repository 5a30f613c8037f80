/** `GET /`: what there is, as a page for a browser and as JSON for a program. */
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { JSON_TYPE } from '../runtime/http/kernel/bodies.js';
import { send } from '../runtime/http/kernel/exchange.js';
import { negotiate } from '../runtime/http/kernel/headers.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import type { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';
import type { ServedPage } from './context-page.js';

const HTML_TYPE = 'text/html';

interface Link {
  readonly href: string;
  readonly title: string;
}

const NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/**
 * Does nothing when the application serves `/` itself.
 *
 * @param contextPage what the contexts show instead of the list of links
 */
export function serveLandingPage(
  fastify: FastifyInstance,
  document: () => OpenAPIObject,
  filter: ProblemFilter,
  contextPage?: () => ServedPage,
): void {
  if (fastify.hasRoute({ url: '/', method: 'GET' })) return;
  const page = (): ServedPage =>
    contextPage?.() ?? { html: pageOf(document()), contentSecurityPolicy: NO_SCRIPTS };
  fastify.get('/', (request, reply) => {
    try {
      const isPage = negotiate(request.headers.accept, [JSON_TYPE, HTML_TYPE]) === HTML_TYPE;
      const shown = isPage ? page() : undefined;
      const headers = {
        'content-type': `${isPage ? HTML_TYPE : JSON_TYPE}; charset=utf-8`,
        'cache-control': 'no-cache',
        'content-security-policy': shown?.contentSecurityPolicy ?? NO_SCRIPTS,
        vary: 'Accept',
      };
      send(reply, 200, headers, shown?.html ?? JSON.stringify(overviewOf(document())));
    } catch (error) {
      void filter.answer(error, request, reply);
    }
  });
}

/** Everything that can be looked at without a parameter. */
function linksOf({ paths }: OpenAPIObject): readonly Link[] {
  const described = Object.entries(paths).flatMap(([href, { get }]) =>
    get === undefined || href.includes('{') || isQueryWithoutDefault(get)
      ? []
      : [{ href, title: get.summary ?? href }],
  );
  return [
    { href: `/${PATHS.docs}`, title: 'Every request, to try out' },
    { href: `/${PATHS.openApi}`, title: 'The same as OpenAPI, for programs' },
    ...described,
  ];
}

function isQueryWithoutDefault({ parameters = [] }: { readonly parameters?: readonly object[] }): boolean {
  return parameters.some((each) => 'required' in each && each.required === true);
}

function overviewOf(document: OpenAPIObject): object {
  const { title, description, version } = document.info;
  return { title, description, version, links: linksOf(document) };
}

function pageOf(document: OpenAPIObject): string {
  const { title, description = '', version } = document.info;
  const items = linksOf(document).map(
    ({ href, title: what }) => `<li><a href="${escaped(href)}">${escaped(href)}</a><br>${escaped(what)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
li { margin: 0.5rem 0; }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(description)}</p>
<nav aria-label="What there is"><ul>
${items.join('\n')}
</ul></nav>
<p>Version ${escaped(version)}</p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
