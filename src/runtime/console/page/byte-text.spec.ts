/** Bytes as people say them. */
import { byteText } from './byte-text.js';

describe('a number of bytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 bytes'],
    [1023, '1,023 bytes'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [150 * 1024, '150 KiB'],
    [5 * 1024 ** 3, '5 GiB'],
    [2048 * 1024 ** 4, '2,048 TiB'],
  ])('%i is %s', (bytes, text) => {
    expect(byteText(bytes)).toBe(text);
  });
});
