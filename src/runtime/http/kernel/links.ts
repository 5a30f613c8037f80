/** Links to what the application serves, under its global prefix and that of the runtime's endpoints. */
import type { ApplicationConfig } from '@nestjs/core';

type Linked = Readonly<Record<string, unknown>>;

/** Paths begin with a slash and may have a query string. */
export class Links {
  readonly #prefix: string;

  /** @param prefix that of `LeftfoldModule.forRoot({ http: { prefix } })` */
  constructor(
    private readonly config: Pick<ApplicationConfig, 'getGlobalPrefix' | 'getGlobalPrefixOptions'>,
    prefix = '',
  ) {
    this.#prefix = withSlash(prefix);
  }

  /** To what the application's own controllers serve. */
  app(path: string): string {
    const prefix = this.config.getGlobalPrefix();
    if (prefix === '' || this.#isExcluded(path)) return path;
    return `${withSlash(prefix)}${path}`;
  }

  /** To what the runtime serves: `/events`, `/projections`, `/<projection>`. */
  runtime(path: string): string {
    return this.app(`${this.#prefix}${path}`);
  }

  /** A view with the members named in `links` as paths of this application. */
  inView<View extends Linked>(view: View, links: readonly string[] = []): View {
    const linked = links
      .map((name) => [name, view[name]] as const)
      .filter((member): member is readonly [string, string] => typeof member[1] === 'string')
      .map(([name, path]) => [name, this.app(path)] as const);
    return linked.length === 0 ? view : { ...view, ...Object.fromEntries(linked) };
  }

  // By its path alone: that one path is excluded for some methods and not for others is not looked at.
  #isExcluded(path: string): boolean {
    const pathname = path.split('?', 1)[0] ?? path;
    return (
      this.config.getGlobalPrefixOptions().exclude?.some(({ pathRegex }) => pathRegex.test(pathname)) === true
    );
  }
}

function withSlash(prefix: string): string {
  const inner = prefix.replace(/^\/+|\/+$/g, '');
  return inner === '' ? '' : `/${inner}`;
}
