/** What an OpenAPI document says of credentials: the scope that each operation asks for, and how it is refused without. */
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Access } from '../access/access.js';
import { CredentialsRequired, InvalidCredentials, ScopeMissing } from '../access/access-problems.js';
import { TooManyFailedAttempts } from '../access/failed-attempts.js';
import { SCOPE_EXTENSION } from '../access/required-scope.js';
import type { RequiredScope } from '../access/scopes.js';
import { problemResponses } from './kernel/api-problems.js';

const SCHEME = 'bearer';

interface Operation {
  description?: string;
  security?: object[];
  responses?: Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>;
  [SCOPE_EXTENSION]?: RequiredScope;
}

/**
 * Where everybody may do everything, nothing is said of credentials.
 *
 * @param unsaid what operations ask for that do not say it
 */
export function describeSecurity(
  document: OpenAPIObject,
  access: Access | undefined,
  unsaid: RequiredScope,
): void {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[]);
  for (const operation of operations) {
    const scope = operation[SCOPE_EXTENSION] ?? unsaid;
    Reflect.deleteProperty(operation, SCOPE_EXTENSION);
    if (access?.asks === true && scope !== 'public') describeScope(operation, scope, access);
  }
  if (access?.asks !== true) return;
  document.components = {
    ...document.components,
    securitySchemes: {
      ...document.components?.securitySchemes,
      [SCHEME]: { type: 'http', scheme: 'bearer', description: 'An API key, or a token (JWT).' },
    },
  };
}

function describeScope(operation: Operation, scope: RequiredScope, { anonymous }: Access): void {
  const asked = `Asks for the scope \`${scope}\`.`;
  operation.description = [operation.description, asked].filter(Boolean).join('\n\n');
  // An empty requirement is the one of those who send no credentials.
  operation.security = [{ [SCHEME]: [] }, ...(anonymous.allows(scope) ? [{}] : [])];
  const problems = [
    new InvalidCredentials('The key has expired.'),
    ...(anonymous.allows(scope) ? [] : [new CredentialsRequired(scope)]),
    new ScopeMissing('key:till-1', scope),
    new TooManyFailedAttempts(2),
  ];
  const responses = (operation.responses ??= {});
  for (const { status, ...described } of problemResponses(problems)) {
    if (status !== 401 && status !== 403 && status !== 429) continue;
    const present = responses[status];
    for (const [type, { examples }] of Object.entries(described.content)) {
      const known = present?.content?.[type];
      if (known === undefined) continue;
      known.examples = { ...examples, ...known.examples };
    }
    responses[status] = present ?? described;
  }
}
