/** Broken reliances: each says whose, of which event and revision, at which field, and what would keep it whole. */
import { createServer, type Server } from 'node:http';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { ContractRegistry } from '../contract-registry.js';
import { defineEvent, type AnyContract } from '../event-contract.js';
import { publishContracts } from './publish-contracts.js';
import { publishedAt } from './published-source.js';
import { brokenReliances, describeBroken, type ConsumerReliance } from './reliance.js';

const first = defineEvent({
  type: 'order.placed',
  schema: z.strictObject({
    total: z.int(),
    customer: z.strictObject({ id: z.string() }),
    coupon: z.string().optional(),
  }),
  examples: [{ data: { total: 5, customer: { id: 'c' } } }],
});

/** In place, as nobody should. */
const inPlace = (schema: z.ZodType): AnyContract =>
  defineEvent({ type: 'order.placed', schema: schema as typeof first.schema, examples: first.examples });

const relies = (
  event: AnyContract,
  fields?: readonly string[],
  consumer = 'projection shop',
): ConsumerReliance => ({
  consumer,
  event,
  ...(fields !== undefined && { fields }),
});

const folder = new TemporaryFolder();
let places = 0;

/** Publishes these, one after another, in a folder of its own. */
function published(...contracts: readonly AnyContract[]): string {
  places += 1;
  const place = join(folder.path, `contracts-${places}`);
  for (const contract of contracts) {
    const registry = new ContractRegistry();
    registry.register([contract]);
    publishContracts(registry, place);
  }
  return place;
}

async function broken(place: string, ...reliances: readonly ConsumerReliance[]): Promise<readonly string[]> {
  const source = await publishedAt(
    place,
    reliances.map(({ event }) => event),
  );
  return brokenReliances(reliances, source).map((each) => describeBroken(each).replaceAll(place, 'there'));
}

afterAll(() => {
  folder.remove();
});

describe('what consumers rely on', () => {
  it('name the consumer and its context, and a context that is the consumer once', () => {
    const at = { event: 'order.placed', detail: 'it is not published in there', remedy: 'Publish it' };
    const rest = 'relies on it, and it is not published in there. Publish it';
    expect(describeBroken({ consumer: 'projection shop', context: 'Shop', ...at })).toBe(
      `order.placed: projection shop of context Shop ${rest}`,
    );
    expect(describeBroken({ consumer: 'context Shop', context: 'Shop', ...at })).toBe(
      `order.placed: context Shop ${rest}`,
    );
  });

  it('is kept by what is published and by what is compatible with it', async () => {
    const place = published(first);
    expect(await broken(place, relies(first), relies(first, ['total', 'customer.id', 'coupon?']))).toEqual(
      [],
    );
  });

  it('is broken by a member that the schema has not, or does not require', async () => {
    const said = await broken(published(first), relies(first, ['custmer.id', 'coupon']));
    expect(said).toEqual([
      'order.placed, revision 1, custmer.id: projection shop relies on it, and the current schema has no such member. ' +
        'Keep it in the schema, or rely on another member; there are total, customer, coupon',
      'order.placed, revision 1, coupon: projection shop relies on it, and the current schema does not require it. ' +
        'Require it, or rely on it as on one that may be absent, with ? at its end',
      ...['custmer.id', 'coupon'].map(
        (field) =>
          `order.placed, revision 1, ${field}: projection shop relies on it, and example 1 of order.placed, revision 1, has none once it is brought to revision 1. ` +
          'Have an upcaster from revision 1 on give it, or rely on it as on one that may be absent, with ? at its end',
      ),
    ]);
  });

  it('is broken by a member that the next revision removes, and not where nobody needs it', async () => {
    const second = first.revise({
      schema: z.strictObject({ total: z.int() }),
      examples: [{ data: { total: 5 } }],
      upcast: ({ data: { total } }) => [{ data: { total } }],
    });
    const place = published(second);
    const said = await broken(
      place,
      relies(second, ['customer.id']),
      relies(second, ['total'], 'projection totals'),
    );
    expect(said[0]).toMatch(
      /^order\.placed, revision 2, customer\.id: projection shop relies on it, and the current schema has no such member\. /,
    );
    expect(said.every((line) => line.includes('customer.id: projection shop'))).toBe(true);
  });

  it('is broken for everybody by a required member that the upcaster does not give', async () => {
    const second = first.revise({
      schema: z.strictObject({ total: z.int(), vip: z.boolean() }),
      examples: [{ data: { total: 5, vip: true } }],
      upcast: ({ data: { total } }) => [{ data: { total } as { total: number; vip: boolean } }],
    });
    const said = await broken(
      published(second),
      relies(second, ['total'], 'projection totals'),
      relies(second),
    );
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(
      /^order\.placed, revision 1, vip: projection totals relies on it, and example 1 cannot be brought to the current revision: data\.vip: .*\. Have the upcaster from revision 1 give what the next one requires, or let that be optional$/,
    );
  });

  it.each<readonly [what: string, schema: z.ZodType, field: string, detail: string]>([
    [
      'adds a required member',
      z.strictObject({ ...shape(), vip: z.boolean() }),
      'vip',
      'in the code it was added, and is required',
    ],
    [
      'removes a member',
      z.strictObject({ customer: shape().customer, coupon: shape().coupon }),
      'total',
      'in the code it was removed',
    ],
    [
      'narrows a member',
      z.strictObject({ ...shape(), total: z.int().min(1) }),
      'total',
      'in the code it has minimum 1, and had none',
    ],
  ])(
    'is broken by code that %s of a published schema, for who needs that member',
    async (_what, schema, field, detail) => {
      const changed = inPlace(schema);
      const said = await broken(
        published(first),
        relies(changed, [field === 'total' ? 'customer.id' : 'total'], 'projection unconcerned'),
        relies(changed, undefined, 'decider order'),
      );
      expect(said).toContain(
        `order.placed, revision 1, ${field}: decider order relies on it, and ${detail}, while events may be recorded as published. ` +
          'Put the schema of revision 1 back, and add a revision with an upcaster, .revise({ schema, examples, upcast })',
      );
      expect(said.filter((line) => line.includes('unconcerned'))).toEqual([]);
    },
  );

  it('is broken by a refinement that a published example does not keep', async () => {
    const refined = inPlace(z.strictObject(shape()).refine(({ total }) => total > 5, 'too little'));
    expect((await broken(published(first), relies(refined)))[0]).toContain(
      'in the code example 1 is refused (too little), while events may be recorded as published',
    );
  });

  it('is broken by a refinement of an item of an array, for who needs that member of all items', async () => {
    const placed = (price: z.ZodType<number>) =>
      defineEvent({
        type: 'order.placed',
        schema: z.strictObject({ lines: z.array(z.strictObject({ price, name: z.string() })) }),
        examples: [{ data: { lines: [{ price: 5, name: 'tea' }] } }],
      });
    const place = published(placed(z.number()));
    const refined = placed(z.number().refine((price) => price > 5, 'too little'));
    const source = await publishedAt(place, [refined]);
    const concerned = (...fields: readonly string[]): readonly string[] =>
      brokenReliances([relies(refined, fields)], source).map(
        ({ field, detail }) => `${field ?? ''}: ${detail}`,
      );
    const refused =
      'lines.*.price: in the code example 1 is refused (too little), while events may be recorded as published';
    expect(concerned('lines.*.price')).toEqual([refused]);
    expect(concerned('lines')).toEqual([refused]);
    expect(concerned('lines.0.price?')).toEqual([refused]);
    expect(concerned('lines.*.name')).toEqual([]);
  });

  it('is broken by an event that is not published any more', async () => {
    const other = defineEvent({ type: 'order.paid', schema: z.strictObject({}), examples: [{ data: {} }] });
    expect(await broken(published(other), relies(first))).toEqual([
      'order.placed: projection shop relies on it, and it is not published in there. Publish it, or put back what was removed',
    ]);
  });

  it('includes events that upcasters of other events give', async () => {
    const paid = defineEvent({
      type: 'order.paid',
      schema: z.strictObject({ total: z.int(), how: z.string().optional() }),
      examples: [{ data: { total: 5, how: 'cash' } }],
    });
    const settled = defineEvent({
      type: 'order.settled',
      schema: z.strictObject({ total: z.int() }),
      examples: [{ data: { total: 5 } }],
    }).revise({
      schema: z.strictObject({}),
      examples: [{ data: {} }],
      yields: [paid],
      upcast: ({ data: { total } }) => [paid.create({ total })],
    });
    const source = await publishedAt(published(settled, paid), [paid]);
    const said = brokenReliances([relies(paid, ['how'])], source, [settled]).map(describeBroken);
    expect(said).toContainEqual(
      expect.stringContaining(
        'order.paid, revision 1, how: projection shop relies on it, and example 1 of order.settled, revision 1, has none',
      ),
    );
  });
});

describe('the published contracts of another repository', () => {
  let server: Server;
  let url: string;
  let place: string;
  let asked: string[] = [];

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      const path = request.url ?? '';
      asked.push(path);
      if (path.includes('/slow/')) return;
      if (path.includes('/broken/')) return void response.writeHead(500).end();
      if (path.includes('/page/')) return void response.end('<html>');
      if (path.includes('/text/')) return void response.end('404: Not Found');
      if (path.includes('/list/')) return void response.end('[]');
      if (path.includes('/long/')) return void response.end(`"${'x'.repeat(2 * 1024 * 1024)}"`);
      const file = join(place, path.replace('/contracts', ''));
      if (!existsSync(file)) return void response.writeHead(404).end('nothing');
      response.end(readFileSync(file));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('are read from a URL, of the events that are relied on', async () => {
    place = published(first);
    const changed = inPlace(z.strictObject({ ...shape(), total: z.string() }));
    const said = await broken(`${url}/contracts`, relies(changed, ['total']));
    expect(said[0]).toContain(
      'order.placed, revision 1, total: projection shop relies on it, and in the code it is string, and was integer',
    );
    expect(asked).toEqual([
      '/contracts/order.placed/1.schema.json',
      '/contracts/order.placed/1.examples.json',
      '/contracts/order.placed/2.schema.json',
    ]);
  });

  it('may have a revision that this program does not know', async () => {
    place = published(
      first.revise({ schema: z.strictObject({}), examples: [{ data: {} }], upcast: () => [{ data: {} }] }),
    );
    expect(await broken(`${url}/contracts/`, relies(first, ['total']))).toEqual([
      'order.placed, revision 2: projection shop relies on it, and this program knows 1 only, so it stops at the first event of revision 2. ' +
        'Add the revision with its upcaster, .revise({ schema, examples, upcast }), before it is recorded',
    ]);
  });

  it('may not have the event', async () => {
    const other = defineEvent({ type: 'order.paid', schema: z.strictObject({}), examples: [{ data: {} }] });
    place = published(other);
    expect(await broken(`${url}/contracts`, relies(first), relies(other))).toEqual([
      'order.placed: projection shop relies on it, and it is not published in there. Publish it, or put back what was removed',
    ]);
  });

  it.each([
    ['/broken', /1\.schema\.json answered 500$/],
    [
      '/page',
      /1\.schema\.json is a page, as HTML is, and no JSON; give the address of the files themselves$/,
    ],
    ['/text', /1\.schema\.json is no JSON$/],
    ['/list', /1\.schema\.json cannot be read: it is not what it should be: a JSON Schema is an object$/],
    [
      '/nowhere',
      /nowhere is no folder of published contracts: it has no file such as order\.placed\/1\.schema\.json \(everything was answered with 404\); leftfold contracts publish writes them$/,
    ],
    ['/long', /1\.schema\.json is longer than 1048576 bytes$/],
    ['/slow', /1\.schema\.json did not answer in time$/],
  ])('are refused within bounds of size and time: %s', async (path, message) => {
    await expect(publishedAt(`${url}${path}`, [first], { timeoutMs: 500 })).rejects.toThrow(message);
  });

  it('are refused where there is nothing', async () => {
    const missing = join(folder.path, 'missing');
    await expect(publishedAt(missing, [first])).rejects.toThrow(`there is no folder ${missing}`);
    const project = join(folder.path, 'project');
    mkdirSync(project);
    const nothing = `${project} is no folder of published contracts: it has no file such as order.placed/1.schema.json`;
    await expect(publishedAt(project, [first])).rejects.toThrow(`${nothing}; `);
    cpSync(published(first), join(project, 'contracts'), { recursive: true });
    await expect(publishedAt(project, [first])).rejects.toThrow(
      `${nothing}, while ${join(project, 'contracts')} has some; `,
    );
    const ofEvent = join(project, 'contracts', 'order.placed');
    await expect(publishedAt(ofEvent, [first])).rejects.toThrow(
      `, while ${join(project, 'contracts')} has some; `,
    );
    await expect(publishedAt(join(ofEvent, '1.schema.json'), [first])).rejects.toThrow(
      ' is a file; name the folder',
    );
    await expect(publishedAt('ftp://localhost/contracts', [first])).rejects.toThrow(
      'ftp://localhost/contracts is no folder, and no URL of http or https',
    );
    await expect(publishedAt('http://127.0.0.1:9/contracts', [first])).rejects.toThrow(/cannot be read: /);
  });

  it('are refused where a file is not what it should be', async () => {
    place = published(first);
    writeFileSync(join(place, 'order.placed', '1.examples.json'), '[{"dat": 1}]');
    await expect(publishedAt(`${url}/contracts`, [first])).rejects.toThrow(
      '1.examples.json cannot be read: it is not what it should be at 0.data: ',
    );
    await expect(broken(place, relies(first))).rejects.toThrow(
      '1.examples.json cannot be read: it is not what it should be at 0.data: ',
    );
  });
});

function shape(): { readonly total: z.ZodInt; readonly customer: z.ZodType; readonly coupon: z.ZodType } {
  return { total: z.int(), customer: z.strictObject({ id: z.string() }), coupon: z.string().optional() };
}
