/** Opens a log that another process serves: `http://host:port`, or `https:`. */
import { clientKeyIn, type ClientKey } from '../../access/client-key.js';
import { StoreNotOpened, type StoreDriver } from '../drivers.js';

export interface RemoteDriverOptions {
  /** Sent with each request. Default: that of LEFTFOLD_KEY or LEFTFOLD_KEY_FILE in the environment of the process, if there is one. */
  readonly key?: ClientKey | undefined;
}

export function remoteDriver({ key }: RemoteDriverOptions = {}): StoreDriver {
  return {
    protocols: ['http:', 'https:'],
    async open(url, { onConnection }) {
      const address = remoteUrl(url);
      const shown = address.href.replace(/\/$/, '');
      const [{ RemoteStore }, { reasonOf }, { isDenied }] = await Promise.all([
        import('./remote.store.js'),
        import('./remote-head.js'),
        import('./remote-problems.js'),
      ]);
      try {
        return await RemoteStore.open({
          url: address,
          key: key ?? clientKeyIn(process.env),
          onConnection: (lost) => {
            onConnection?.(lost === undefined ? `${shown} is back` : `${shown} is away: ${lost}`);
          },
        });
      } catch (error) {
        const hint = isDenied(error) ? '' : '; a log server is started with LEFTFOLD_APP=log';
        throw new StoreNotOpened(`${shown} cannot be used: ${reasonOf(error)}${hint}`, { cause: error });
      }
    },
  };
}

/** @throws StoreNotOpened when it is not the URL of a log server */
export function remoteUrl(url: string): URL {
  const right = 'the URL of a log server is like http://127.0.0.1:3000';
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw new StoreNotOpened(right);
  const address = new URL(url);
  if (address.username !== '' || address.password !== '')
    throw new StoreNotOpened(
      `${right}, without user and password: a key is given by LEFTFOLD_KEY or LEFTFOLD_KEY_FILE`,
    );
  if (address.search !== '' || address.hash !== '' || url.includes('?') || url.includes('#'))
    throw new StoreNotOpened(`${right}, without parameters`);
  return address;
}
