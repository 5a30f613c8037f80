/** What the program and the command line show of the hello world when nothing else is said. */
import { RESERVED } from '../../src/runtime/http/kernel/paths.js';
import { leftfold, printed } from '../support/cli.js';
import { TemporaryFolder, type Server } from '../support/server.js';
import { foldedUpTo } from '../support/api.js';
import { record, startProgram } from './support/numbers.js';

const folder = new TemporaryFolder();
let server: Server;

beforeAll(async () => {
  server = await startProgram({ LEFTFOLD_DATA: folder.path });
  await server.ready();
  await foldedUpTo(server, '/sum', await record(server, 1, 2, 3, 4));
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('the program', () => {
  it('describes the hello world in its OpenAPI document', async () => {
    expect(await server.json('/openapi.json')).toMatchObject({
      info: {
        title: 'Leftfold',
        description: 'A log of integers, one context that sums them and one that multiplies them.',
      },
    });
  });

  it('serves its protocol at paths that no projection can have', async () => {
    const { paths } = (await server.json('/openapi.json')) as { readonly paths: object };
    const segments = new Set(Object.keys(paths).map((path) => path.split('/')[1] ?? ''));
    expect([...segments].filter((each) => !RESERVED.has(each)).sort()).toEqual(['numbers', 'product', 'sum']);
  });

  it('says three lines to try when it has started', async () => {
    const other = await startProgram({ LEFTFOLD_STORE: 'memory' });
    const { stdout, stderr } = await other.stop();
    expect(stdout.match(/^ +curl .*$/gm)).toEqual([
      `  curl -d value=5 ${other.url}/numbers`,
      `  curl ${other.url}/sum`,
      `  curl ${other.url}/product`,
    ]);
    expect(stderr).toBe('');
  });
});

describe('the command line', () => {
  it('knows the contexts of the monolith', async () => {
    expect(await printed(['audit', 'sum', '--data', folder.path])).toMatch(
      /^sum 4 [0-9a-f]{16} [0-9a-f]{64}\n$/,
    );
    expect(await leftfold(['what-if', 'sums', '--without', '1', '--data', folder.path])).toMatchObject({
      code: 2,
      stderr: 'leftfold what-if: there is no projection sums; there are sum, product\n',
    });
  });
});
