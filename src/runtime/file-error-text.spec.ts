import { asFileSentence, fileErrorText } from './file-error-text.js';

describe('an error of the file system', () => {
  it.each([
    ['ENOENT', 'there is no data/log; name one that exists'],
    ['ENOTDIR', 'data/log, or a part of it, is a file where a folder is needed; name another path'],
    ['EISDIR', 'data/log is a folder; name a file'],
    ['EACCES', 'this user may not open data/log; give the user the right, or name another path'],
    ['EROFS', 'data/log is on a file system that is read only; name a path on another one'],
    ['EEXIST', 'data/log exists, and is no folder; name a folder'],
  ])('%s is a sentence that says what would be right', (code, sentence) => {
    expect(fileErrorText(Object.assign(new Error(code), { code, path: 'data/log' }))).toBe(sentence);
    expect(fileErrorText(Object.assign(new Error(code), { code }), 'data/log')).toBe(sentence);
  });

  it('stays as it is where the system says more than a code', () => {
    expect(fileErrorText(Object.assign(new Error('no space'), { code: 'ENOSPC' }))).toBeUndefined();
    expect(fileErrorText(new Error('another'))).toBeUndefined();
  });

  it('keeps what the system said as its cause', () => {
    const error = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', path: 'data' });
    expect(asFileSentence(error)).toMatchObject({
      message: expect.stringContaining('may not open data') as string,
      cause: error,
    });
    const other = new Error('another');
    expect(asFileSentence(other)).toBe(other);
  });
});
