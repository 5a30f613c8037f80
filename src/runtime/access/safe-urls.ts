/** Where what must not be read or changed on the way may be sent to, or taken from: over TLS, or within this machine. */
import { isIP } from 'node:net';

/** What others on the way can neither read nor change. */
export function isSafeUrl({ protocol, hostname }: Pick<URL, 'protocol' | 'hostname'>): boolean {
  return protocol === 'https:' || isLoopbackHost(hostname);
}

/** What is wrong with the URL of the keys of an issuer (a JWKS), if anything is. */
export function jwksFault(text: string): string | undefined {
  const right = 'must be the URL of a JWKS, as in https://login.example.com/.well-known/jwks.json';
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return right;
  const url = new URL(text);
  if (url.username + url.password !== '') return `${right}, without user and password`;
  return isSafeUrl(url)
    ? undefined
    : 'must begin with https:, except on a loopback address: whoever changes the keys on the way can sign any token';
}

/** @param hostname as a `URL` has it: an address of IPv6 is in brackets */
function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}
