/** Splitting bytes into lines, independently of the chunks. */
import { readLines, type LinePage } from './line-reader.js';

async function* chunksOf(bytes: Buffer, length: number): AsyncIterable<Buffer> {
  for (let start = 0; start < bytes.length; start += length)
    yield await Promise.resolve(bytes.subarray(start, start + length));
}

async function all(bytes: Buffer | string, length = 7): Promise<readonly LinePage[]> {
  const pages: LinePage[] = [];
  for await (const page of readLines(chunksOf(Buffer.from(bytes), length))) pages.push(page);
  return pages;
}

const TEXT = 'one\n\nthree 日本語\nfour is longer than any chunk\nfive';

describe('readLines', () => {
  it('gives the same lines wherever the chunks end', async () => {
    for (let length = 1; length <= Buffer.byteLength(TEXT) + 1; length += 1) {
      const pages = await all(TEXT, length);
      expect(pages.flatMap(({ texts }) => texts)).toEqual(TEXT.split('\n'));
    }
  });

  it('numbers the lines from 1', async () => {
    const numbered = (await all(TEXT)).flatMap(({ first, texts }) =>
      texts.map((text, index) => `${first + index} ${text}`),
    );
    expect(numbered).toEqual(TEXT.split('\n').map((text, index) => `${index + 1} ${text}`));
  });

  it.each([1, 2, 1000])(
    'passes over a byte order mark at the beginning only, in chunks of %i',
    async (length) => {
      const lines = (await all('\uFEFFone\n\uFEFFtwo', length)).flatMap(({ texts }) => texts);
      expect(lines).toEqual(['one', '\uFEFFtwo']);
    },
  );

  it('counts the bytes read so far', async () => {
    const pages = await all(TEXT);
    expect(pages.at(-1)?.bytes).toBe(Buffer.byteLength(TEXT));
  });

  it('gives no lines for empty input', async () => {
    expect(await all('')).toEqual([]);
  });

  it('gives no empty line after the last line feed', async () => {
    expect((await all('one\ntwo\n')).flatMap(({ texts }) => texts)).toEqual(['one', 'two']);
  });

  it('rejects a line above the maximum length before it fills the memory', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const endless = async function* (): AsyncIterable<Buffer> {
      yield Buffer.from('one\n');
      for (;;) yield await Promise.resolve(chunk);
    };
    const reading = (async () => {
      for await (const page of readLines(endless())) expect(page.texts).toEqual(['one']);
    })();
    await expect(reading).rejects.toThrow('line 2: is longer than 268435456 bytes');
  });

  it.each([1, 5, 1000])('names the line that is not UTF-8, in chunks of %i', async (length) => {
    const bytes = Buffer.concat([
      Buffer.from('one\ntwo é\nthr'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('\n'),
    ]);
    await expect(all(bytes, length)).rejects.toThrow('line 3: is not UTF-8');
  });
});
