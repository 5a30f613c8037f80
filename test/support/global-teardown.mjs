/** Ends what the run of the tests shared. */
export default async function globalTeardown() {
  await globalThis.endPostgres();
}
