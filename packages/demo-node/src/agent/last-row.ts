/** What stands in the terminal's last row of what a program prints. */
export class LastRow {
  readonly #decoder = new TextDecoder();
  text = "";

  add(bytes: Uint8Array): void {
    const all = this.text + this.#decoder.decode(bytes, { stream: true });
    this.text = all.slice(Math.max(all.lastIndexOf("\n"), all.lastIndexOf("\r", all.length - 2)) + 1);
  }
}
