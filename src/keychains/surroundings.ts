/** What a keychain may know of the machine that it is asked on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
  /** The user's number, where the system has such numbers. */
  readonly uid: number | null;
  /** Where the firmware's description of the machine is: on Linux `/sys/class/dmi/id`. */
  readonly firmware: string;
}
