/** A setting that cannot be: which one and why, in one line. The app writes that line and ends; there is no stack to look at. */
export class InvalidSetting extends Error {
  constructor(
    readonly setting: string,
    reason: string,
  ) {
    super(`${setting}: ${reason}`);
    this.name = 'InvalidSetting';
  }
}
