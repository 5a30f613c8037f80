/** Which apps have other processes run contexts over their log, so that skips of unknown projections are no warning there. */
import type { AppDefinition } from './app-definition.js';
import { contextApp } from './context/context-app.js';
import { logApp } from './log/log-app.js';
import { PARTS, monolith } from './monolith/monolith.module.js';
import { readSettings, type Environment } from './settings.js';

const defined = (app: typeof monolith, environment: Environment = {}): AppDefinition =>
  app(readSettings(environment), PARTS);

describe('the log', () => {
  it('is of the monolith alone, unless a context is handed on', () => {
    expect(defined(monolith).sharesLog).toBe(false);
    expect(defined(monolith, { LEFTFOLD_FORWARD: 'sum=http://127.0.0.1:3001' }).sharesLog).toBe(true);
  });

  it('is shared by a context in a process of its own, and by a log server', () => {
    const context = { LEFTFOLD_CONTEXTS: 'sum', LEFTFOLD_STORE: 'http://127.0.0.1:3000' };
    expect(defined(contextApp, context).sharesLog).toBe(true);
    expect(defined(logApp).sharesLog).toBe(true);
  });
});
