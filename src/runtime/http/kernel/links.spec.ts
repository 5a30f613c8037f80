/** Links under the prefixes of an application. */
import { RequestMethod } from '@nestjs/common';
import { Links } from './links.js';

const links = (globalPrefix: string, prefix?: string, excluded?: RegExp): Links =>
  new Links(
    {
      getGlobalPrefix: () => globalPrefix,
      getGlobalPrefixOptions: () =>
        excluded === undefined
          ? {}
          : { exclude: [{ path: '', requestMethod: RequestMethod.ALL, pathRegex: excluded }] },
    },
    prefix,
  );

describe('links', () => {
  it('are the bare paths where there is no prefix', () => {
    expect(links('').app('/orders/7')).toBe('/orders/7');
    expect(links('').runtime('/events?after=1')).toBe('/events?after=1');
  });

  it.each([
    ['api', 'log'],
    ['/api/', '/log/'],
  ])('have the prefixes %s and %s between single slashes', (globalPrefix, prefix) => {
    expect(links(globalPrefix, prefix).app('/orders/7')).toBe('/api/orders/7');
    expect(links(globalPrefix, prefix).runtime('/events')).toBe('/api/log/events');
  });

  it('are without the global prefix where that excludes their path', () => {
    const partly = links('api', undefined, /^\/events$/);
    expect([partly.runtime('/events?after=1'), partly.runtime('/projections')]).toEqual([
      '/events?after=1',
      '/api/projections',
    ]);
  });

  it('in a view are the members that are said to be', () => {
    const view = { total: 1, report: '/reports/1', text: '/not/a/link', none: null };
    expect(links('api').inView(view, ['report', 'none', 'missing'])).toEqual({
      ...view,
      report: '/api/reports/1',
    });
    expect(links('api').inView(view)).toBe(view);
  });
});
