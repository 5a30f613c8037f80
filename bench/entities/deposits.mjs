/** The data of the accounts' events, for Leftfold and for what is measured beside it. */
export function depositOf(number, keys) {
  return { account: `a${(number * 7919) % keys}`, cents: (number * 104729) % 1000 };
}
