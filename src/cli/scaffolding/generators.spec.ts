import {
  generateContext,
  generateDecider,
  generateEntityProjection,
  generateEvent,
  generateProjection,
} from './generators.js';
import { Changes, type Project } from './project.js';

const APP = `import { Module } from '@nestjs/common';

@Module({ imports: [] })
export class AppModule {}
`;

/** A project in memory. */
function projectWith(
  files: Readonly<Record<string, string>>,
): Project & { readonly files: Map<string, string> } {
  const known = new Map(Object.entries(files));
  return {
    files: known,
    read: (path) => known.get(path),
    write: (path, text) => known.set(path, text),
    list: (folder) => {
      const below = [...known.keys()].filter((path) => path.startsWith(`${folder}/`));
      const names = below.map((path) => path.slice(folder.length + 1));
      return {
        files: names.filter((name) => !name.includes('/')),
        folders: [
          ...new Set(names.filter((name) => name.includes('/')).map((name) => name.split('/', 1)[0] ?? '')),
        ],
      };
    },
  };
}

const GENERATORS = {
  context: generateContext,
  event: generateEvent,
  decider: generateDecider,
  projection: generateProjection,
  'entity-projection': generateEntityProjection,
};

/** As `nest g -c leftfold <schematic> <name> [context]`. @returns the paths that were written */
function generate(
  project: Project,
  line: string,
  options: { readonly spec?: boolean; readonly skipImport?: boolean } = {},
): readonly string[] {
  const [schematic = '', name, path] = line.split(' ');
  const changes = new Changes(project);
  GENERATORS[schematic as keyof typeof GENERATORS](changes, { name, path, ...options });
  return changes.apply();
}

const LINES = [
  'context orders',
  'event order.placed orders',
  'decider order orders',
  'projection turnover orders',
  'entity-projection placed-orders orders',
];

describe('generators', () => {
  it('make a context with all that it can have, and register it', () => {
    const project = projectWith({ 'src/app.module.ts': APP });
    const written = LINES.map((line) => generate(project, line));
    expect(written).toEqual([
      ['src/orders/orders.events.ts', 'src/orders/orders.module.ts', 'src/app.module.ts'],
      ['src/orders/orders.events.spec.ts', 'src/orders/orders.events.ts'],
      [
        'src/orders/order.machine.ts',
        'src/orders/order.decider.ts',
        'src/orders/order.decider.spec.ts',
        'src/orders/orders.events.ts',
        'src/orders/orders.module.ts',
      ],
      [
        'src/orders/turnover.projection.ts',
        'src/orders/turnover.projection.spec.ts',
        'src/orders/orders.module.ts',
      ],
      [
        'src/orders/placed-orders.entities.ts',
        'src/orders/placed-orders.entities.spec.ts',
        'src/orders/orders.module.ts',
      ],
    ]);
    expect(project.read('src/app.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { OrdersModule } from './orders/orders.module.js';

@Module({ imports: [OrdersModule] })
export class AppModule {}
`);
    expect(project.read('src/orders/orders.module.ts')).toBe(`/** The bounded context orders. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import { contracts } from './orders.events.js';
import { order } from './order.decider.js';
import { turnover } from './turnover.projection.js';
import { placedOrders } from './placed-orders.entities.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts,
      http: true,
      deciders: [order],
      projections: [turnover, placedOrders],
    }),
  ],
})
export class OrdersModule {}
`);
    expect(project.read('src/orders/orders.events.ts')).toContain(
      'export const contracts: readonly AnyContract[] = [orderPlaced, orderAdded, orderRemoved];',
    );
  });

  it('change nothing the second time, whatever was written by hand meanwhile', () => {
    const project = projectWith({ 'src/app.module.ts': APP });
    for (const line of LINES) generate(project, line);
    project.write('src/orders/order.decider.ts', '// by hand\n');
    const before = new Map(project.files);
    expect(LINES.map((line) => generate(project, line))).toEqual(LINES.map(() => []));
    expect(project.files).toEqual(before);
  });

  it('consume events by the variables that they are, and add to the feature of Leftfold alone', () => {
    const project = projectWith({ 'src/app.module.ts': APP });
    generate(project, 'context till');
    project.write(
      'src/till/till.events.ts',
      "export const deposited = defineEvent({ type: 'money.deposited' });\nexport const contracts = [deposited];\n",
    );
    const feature = 'LeftfoldModule.forFeature({ contracts })';
    project.write(
      'src/till/till.module.ts',
      `@Module({ imports: [CacheModule.forFeature({ ttl: 5 }), ${feature}] })\nclass T {}`,
    );
    generate(project, 'projection balance');
    expect(project.read('src/till/balance.projection.ts')).toContain(
      "import { deposited } from './till.events.js';",
    );
    expect(project.read('src/till/till.module.ts')).toContain('CacheModule.forFeature({ ttl: 5 })');
    expect(project.read('src/till/till.module.ts')).toContain('{ contracts, projections: [balance] }');
  });

  it('take a second decider in the same context', () => {
    const project = projectWith({ 'src/app.module.ts': APP });
    for (const line of ['context shop', 'decider order', 'decider order-item']) generate(project, line);
    const events = project.read('src/shop/shop.events.ts') ?? '';
    expect(events.match(/type Tag/g)).toHaveLength(1);
    expect(events).toContain('export const ofOrderItem = (id: string): Tag => tag(`order-item:${id}`);');
    expect(project.read('src/shop/shop.module.ts')).toContain('deciders: [order, orderItem]');
  });

  it('make no spec of a context before it has an event to test', () => {
    const project = projectWith({ 'src/app.module.ts': APP });
    expect(generate(project, 'context orders').filter((path) => path.endsWith('.spec.ts'))).toEqual([]);
    expect(generate(project, 'event order.placed', { spec: false })).toEqual(['src/orders/orders.events.ts']);
    expect(generate(project, 'event order.paid')).toContain('src/orders/orders.events.spec.ts');
  });

  it('keep the line ends of a file, and give new ones those of package.json', () => {
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    const files = { 'package.json': crlf('{\n}\n'), 'src/app.module.ts': crlf(APP) };
    const project = projectWith(files);
    for (const line of LINES) generate(project, line);
    for (const [path, text] of project.files)
      expect([path, text.replaceAll('\r\n', '').includes('\n')]).toEqual([path, false]);
    expect(LINES.map((line) => generate(project, line))).toEqual(LINES.map(() => []));
  });

  it('register a context within another folder in the nearest module above', () => {
    const project = projectWith({ 'src/app.module.ts': APP, 'src/sales/sales.module.ts': APP });
    generate(project, 'context orders sales');
    expect(project.read('src/sales/sales.module.ts')).toContain("from './orders/orders.module.js'");
    expect(project.read('src/app.module.ts')).toBe(APP);
  });

  it('make no spec and register nothing when they are told so', () => {
    const project = projectWith({});
    expect(generate(project, 'context orders', { spec: false, skipImport: true })).toEqual([
      'src/orders/orders.events.ts',
      'src/orders/orders.module.ts',
    ]);
  });

  it('import the test functions where the project tests with Vitest', () => {
    const project = projectWith({
      'src/app.module.ts': APP,
      'package.json': '{"devDependencies":{"vitest":"4.0.0"}}',
    });
    generate(project, 'context orders');
    generate(project, 'event order.placed');
    expect(project.read('src/orders/orders.events.spec.ts')).toContain(
      "import { afterEach, describe, it } from 'vitest';",
    );
  });

  describe('say what would be right, and change nothing', () => {
    it.each([
      ['context Orders!', 'use lower-case letters'],
      ['context class', 'is a word of TypeScript'],
      ['context contracts', 'generated code has something else that is called contracts'],
      ['context app', 'generated code has something else that is called app'],
      ['context orders ..', '.. leads out of src; name a folder in it, or none'],
      ['entity-projection invoice billing', 'imports another invoice, from ./invoice.decider.js'],
      ['event placed', 'a noun and a past participle'],
      ['decider order', 'say which context it is for, after the name: billing, empty'],
      ['decider order shop', 'there is no context shop in src; there are billing, empty'],
      [
        'projection turnover empty',
        'has no events to fold yet; make one: nest g -c leftfold event order.placed empty',
      ],
      [
        'event of.invoice billing',
        'billing.events.ts has another ofInvoice; take another type than of.invoice',
      ],
      ['event define.event empty', 'has another defineEvent'],
      [
        'event invoice.sent empty',
        'the context billing has invoice.sent already; import it from src/billing/billing.events.ts',
      ],
      ['decider invoice empty', 'the context billing has the decider invoice already'],
      ['decider docs billing', '/docs is where the runtime serves something of its own'],
      ['projection health billing', '/health is where the runtime serves'],
      ['entity-projection entries empty', 'nest g -c leftfold event entry.added empty'],
    ])('%s', (line, message) => {
      const project = projectWith({ 'src/app.module.ts': APP });
      for (const each of [
        'context billing',
        'event invoice.sent billing',
        'decider invoice billing',
        'context empty',
      ])
        generate(project, each);
      const before = new Map(project.files);
      expect(() => generate(project, line)).toThrow(message);
      expect(project.files).toEqual(before);
    });

    it('where there is a module of that name without a feature', () => {
      const module = 'src/orders/orders.module.ts';
      const project = projectWith({
        'src/app.module.ts': APP,
        [module]: '@Module({})\nclass OrdersModule {}',
      });
      expect(() => generate(project, 'context orders')).toThrow(
        `${module} is there, and has no LeftfoldModule.forFeature`,
      );
      expect([...project.files.keys()]).toEqual(['src/app.module.ts', module]);
    });

    it('where there is no context yet', () => {
      expect(() => generate(projectWith({ 'src/app.module.ts': APP }), 'decider order')).toThrow(
        'there is no context in src yet; make one first: nest g -c leftfold context orders. Or run it in the folder of the application: there is no package.json here',
      );
    });

    it('where there is no module to register it in', () => {
      const project = projectWith({ 'package.json': '{}' });
      expect(() => generate(project, 'context orders')).toThrow('or use --skip-import');
      expect([...project.files.keys()]).toEqual(['package.json']);
    });

    it('where a module has a form that cannot be edited', () => {
      const project = projectWith({ 'src/app.module.ts': '@Module({ imports: parts })\nclass A {}' });
      expect(() => generate(project, 'context orders')).toThrow(
        'src/app.module.ts has imports that are not an array; write it by hand, or use --skip-import',
      );
      expect([...project.files.keys()]).toEqual(['src/app.module.ts']);
    });
  });
});
