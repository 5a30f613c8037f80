/** Opening stores by URL. */
import type { EventStore } from '../event-log/event-store.js';
import { newCommit } from '../../../test/support/new-commit.js';
import { StoreDrivers, StoreNotOpened, type StoreDriver } from './drivers.js';
import { MemoryStore, memoryDriver } from './memory.js';

/** A driver that notes what it was called with. */
class NotedDriver implements StoreDriver {
  readonly calls: string[] = [];
  readonly store = new MemoryStore();

  constructor(readonly protocols: readonly string[]) {}

  open(url: string): Promise<EventStore> {
    this.calls.push(`open ${url}`);
    return Promise.resolve(this.store);
  }
}

class ReadingDriver extends NotedDriver {
  openForReading(url: string): Promise<EventStore> {
    this.calls.push(`openForReading ${url}`);
    return Promise.resolve(this.store);
  }
}

describe('StoreDrivers', () => {
  it('opens a URL with the driver of its protocol', async () => {
    const [one, other] = [new NotedDriver(['one:']), new NotedDriver(['other:', 'others:'])];
    const drivers = new StoreDrivers([one, other]);
    expect(await drivers.open('others:x')).toBe(other.store);
    expect(one.calls).toEqual([]);
    expect(other.calls).toEqual(['open others:x']);
  });

  it('does not distinguish the case of a protocol (RFC 3986, section 3.1)', async () => {
    const driver = new NotedDriver(['one:']);
    await new StoreDrivers([driver]).open('ONE:X');
    expect(driver.calls).toEqual(['open ONE:X']);
  });

  it('hands on the options', async () => {
    const given: unknown[] = [];
    const driver: StoreDriver = {
      protocols: ['one:'],
      open: (_url, options) => {
        given.push(options);
        return Promise.resolve(new MemoryStore());
      },
    };
    const options = { onConnection: (): void => undefined };
    await new StoreDrivers([driver]).open('one:', options);
    expect(given).toEqual([options]);
  });

  it('opens for reading with the driver’s own way to read, if it has one', async () => {
    const driver = new ReadingDriver(['one:']);
    await new StoreDrivers([driver]).openForReading('one:x');
    expect(driver.calls).toEqual(['openForReading one:x']);
  });

  it('opens for reading as for writing, if the driver has no other way', async () => {
    const driver = new NotedDriver(['one:']);
    await new StoreDrivers([driver]).openForReading('one:x');
    expect(driver.calls).toEqual(['open one:x']);
  });

  it('uses the later of two drivers for one protocol', async () => {
    const [one, other] = [new NotedDriver(['one:']), new NotedDriver(['one:'])];
    expect(await new StoreDrivers([one, other]).open('one:')).toBe(other.store);
  });

  it('takes memory for memory:', async () => {
    expect(await new StoreDrivers([memoryDriver]).open('memory')).toBeInstanceOf(MemoryStore);
  });

  describe('given a URL that it does not know', () => {
    const drivers = new StoreDrivers([new NotedDriver(['one:', 'two:']), memoryDriver]);

    it.each(['mysql://me:secret@host/db', 'lmdb', 'postgres//me:secret@host', '', 'me:secret@host'])(
      'lists those that it knows, and shows no password: %j',
      async (url) => {
        for (const opening of [drivers.open(url), drivers.openForReading(url)]) {
          const error: unknown = await opening.catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(StoreNotOpened);
          expect((error as Error).message).toContain('begins with one of one:, two:, memory:;');
          expect((error as Error).message).not.toContain('secret');
        }
      },
    );

    it('names the protocol', async () => {
      await expect(drivers.open('mysql://host/db')).rejects.toThrow('mysql: is not known');
    });
  });
});

describe('memory:', () => {
  it('is a new log each time', async () => {
    const one = await memoryDriver.open('memory:', {});
    await one.append(newCommit('a'));
    const other = await memoryDriver.open('MEMORY:', {});
    expect([await one.head(), await other.head()]).toEqual([1, 0]);
  });

  it('has no name', async () => {
    await expect(memoryDriver.open('memory:log', {})).rejects.toThrow(StoreNotOpened);
  });

  it('cannot be read from elsewhere', async () => {
    await expect(new StoreDrivers([memoryDriver]).openForReading('memory:')).rejects.toThrow(
      'can be read only by the process that holds it',
    );
  });
});
