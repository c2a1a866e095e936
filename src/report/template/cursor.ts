/** What is wrong with an expression, and at which character of it, counted from 1. */
export class ExpressionError extends Error {
  constructor(message: string, position: number) {
    super(`${message}, at character ${position + 1}`);
  }
}

/** A place in a text that is being read. */
export class Cursor {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Whether this comes next. */
  sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  /** Goes over this if it comes next, and says whether it did. */
  skips(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  /** Goes over what matches a sticky pattern here, and returns its groups. */
  takes(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern, 'uy');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found) this.#at = sticky.lastIndex;
    return found;
  }

  spaces(): void {
    this.takes(/\s*/);
  }

  /** Goes over this, which must come next. */
  wants(text: string, what: string): void {
    if (!this.skips(text)) this.fail(`${JSON.stringify(text)} is missing ${what}`);
  }

  fail(message: string, position = this.#at): never {
    throw new ExpressionError(message, position);
  }

  /** Fails for what stands here. */
  unexpected(wanted: string): never {
    const [character = ''] = this.#text.slice(this.#at);
    this.fail(
      this.atEnd
        ? `it ends where ${wanted} is wanted`
        : `${JSON.stringify(character)} where ${wanted} is wanted`,
    );
  }
}
