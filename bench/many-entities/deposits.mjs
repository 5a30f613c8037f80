/** Ten deposits open an account each, the eleventh is to one that was opened before, and so on. */

/** The number of the first account. All have as many digits, so that their keys are in the order of their numbers. */
export const FIRST_ACCOUNT = 100_000_000;
const OPENED = 10;

/** How many events it takes. */
export const eventsOver = (keys) => Math.ceil(keys + keys / OPENED);

/**
 * @param order `opened`: keys come about in their order, as ids do that begin with the time (UUIDv7). `scattered`: in no order, as random ones do;
 *   each is then at another place of every index
 */
export function depositOf(number, keys, order) {
  const round = Math.floor(number / (OPENED + 1));
  const place = number % (OPENED + 1);
  const opened = round * OPENED + place;
  const index = place < OPENED ? opened : (round * 104_729) % opened;
  const account = order === 'scattered' ? (index * 7919) % keys : index;
  return { account: `a${FIRST_ACCOUNT + account}`, cents: (number * 104_729) % 1000 };
}
