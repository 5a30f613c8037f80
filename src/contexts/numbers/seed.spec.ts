import { InvalidSetting } from '../../runtime/invalid-setting.js';
import { seedIn } from './seed.js';

describe('the seed', () => {
  it('is empty when the variable is not set, or empty', () => {
    expect(seedIn({})).toEqual([]);
    expect(seedIn({ LEFTFOLD_SEED: '' })).toEqual([]);
  });

  it.each([
    ['1,1,1,1,2', ['1', '1', '1', '1', '2']],
    ['-7', ['-7']],
    ['0,12345678901234567890', ['0', '12345678901234567890']],
  ])('is read from %s', (text, values) => {
    expect(seedIn({ LEFTFOLD_SEED: text })).toEqual(values);
  });

  it.each([
    ['1,abc', 'must be integers separated by commas'],
    ['1, 2', 'must be integers separated by commas'],
    ['1,,2', 'must be integers separated by commas'],
    ['1,007', 'must be integers separated by commas'],
    ['1,+2', 'must be integers separated by commas'],
    [Array.from({ length: 10_001 }, () => '1').join(), 'may hold at most 10000 numbers'],
  ])('is refused when it cannot be, with what would be right: %j', (text, reason) => {
    const read = (): unknown => seedIn({ LEFTFOLD_SEED: text });
    expect(read).toThrow(InvalidSetting);
    expect(read).toThrow(`LEFTFOLD_SEED: ${reason}`);
  });

  it('is named in one line, with what it is', () => {
    expect(() => seedIn({ LEFTFOLD_SEED: '1,x\n' })).toThrow(
      String.raw`LEFTFOLD_SEED: must be integers separated by commas, as in 1,1,1,1,2 (it is "1,x\n")`,
    );
  });
});
