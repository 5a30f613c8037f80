/** Which scope a path asks for that no router has matched. */
import { All, Controller, Get, Post } from '@nestjs/common';
import { RequireScope, scopeAt, scopesOf } from './required-scope.js';

@Controller('reports')
@RequireScope('query:reports')
class ReportsController {
  @Get(':name')
  one(): void {
    return;
  }

  @Get('secret')
  @RequireScope('query:secret')
  secret(): void {
    return;
  }

  @Post(':name/:part')
  @RequireScope('command:reports')
  add(): void {
    return;
  }
}

@Controller(['a', 'b'])
class SilentController {
  @All('x')
  any(): void {
    return;
  }
}

const scopes = scopesOf([ReportsController, SilentController]);

it.each([
  ['GET', '/reports/sales', 'query:reports'],
  ['HEAD', '/reports/sales', 'query:reports'],
  ['GET', '/reports/a%2Fb', 'query:reports'],
  ['GET', '/reports/%73ecret', 'query:secret'],
  ['GET', '/reports/secret', 'query:secret'],
  ['POST', '/reports/secret/1', 'command:reports'],
  ['POST', '/reports/secret/', 'command:reports'],
  ['PUT', '/a/x', 'admin'],
  ['GET', '/b/x', 'admin'],
])('%s %s asks for %s', (method, path, scope) => {
  expect(scopeAt(scopes, method, path)).toBe(scope);
});

it.each([
  ['GET', '/reports'],
  ['GET', '/reports/a/b'],
  ['GET', '/reports/sales/'],
  ['GET', '/reports//sales'],
  ['POST', '/reports/a%2Fb'],
  ['POST', '/reports/secret'],
])('%s %s is none of the routes', (method, path) => {
  expect(scopeAt(scopes, method, path)).toBeUndefined();
});
