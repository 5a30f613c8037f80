/** A setting with an unusable value: its name and the reason, in one line. The app prints that line without a stack trace and exits. */
export class InvalidSetting extends Error {
  constructor(
    readonly setting: string,
    reason: string,
  ) {
    super(`${setting}: ${reason}`);
    this.name = 'InvalidSetting';
  }
}
