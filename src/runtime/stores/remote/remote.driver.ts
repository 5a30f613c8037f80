/** Opens a log that another process serves: `http://host:port`, or `https:`. */
import { StoreNotOpened, type StoreDriver } from '../drivers.js';

export const remoteDriver: StoreDriver = {
  protocols: ['http:', 'https:'],
  async open(url, { onConnection }) {
    const address = remoteUrl(url);
    const shown = address.href.replace(/\/$/, '');
    const [{ RemoteStore }, { reasonOf }] = await Promise.all([
      import('./remote.store.js'),
      import('./remote-head.js'),
    ]);
    try {
      return await RemoteStore.open({
        url: address,
        onConnection: (lost) => {
          onConnection?.(lost === undefined ? `${shown} is back` : `${shown} is away: ${lost}`);
        },
      });
    } catch (error) {
      throw new StoreNotOpened(
        `${shown} cannot be used: ${reasonOf(error)}; a log server is started with LEFTFOLD_APP=log`,
        { cause: error },
      );
    }
  },
};

/** @throws StoreNotOpened when it is not the URL of a log server */
export function remoteUrl(url: string): URL {
  const right = 'the URL of a log server is like http://127.0.0.1:3000';
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw new StoreNotOpened(right);
  const address = new URL(url);
  if (address.username !== '' || address.password !== '')
    throw new StoreNotOpened(`${right}, without user and password: a log server takes no credentials`);
  if (address.search !== '' || address.hash !== '' || url.includes('?') || url.includes('#'))
    throw new StoreNotOpened(`${right}, without parameters`);
  return address;
}
