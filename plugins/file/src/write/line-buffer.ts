const bytesMin = 1024

/** Bytes that wait to be written. Grows as it must, and keeps its room between one piece and the next. */
export class LineBuffer {
  /** As long as the room is; what `length` does not count is free. */
  bytes: Buffer = Buffer.alloc(0)
  length = 0

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    const wanted = this.length + count
    if (wanted <= this.bytes.length) return
    let room = Math.max(bytesMin, this.bytes.length)
    while (room < wanted) room *= 2
    const bytes = Buffer.allocUnsafeSlow(room)
    this.bytes.copy(bytes, 0, 0, this.length)
    this.bytes = bytes
  }

  /** Adds a text as UTF-8. */
  addText(text: string): void {
    // No character needs more than three bytes for each of its halves.
    this.reserve(text.length * 3)
    this.length += this.bytes.write(text, this.length)
  }

  /** Adds one byte. */
  addByte(byte: number): void {
    this.reserve(1)
    this.bytes[this.length++] = byte
  }

  /** Gives its bytes away, with the room that they are in. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = Buffer.alloc(0)
    this.length = 0
    return taken
  }

  /** Takes the room of bytes back that nobody needs any more. */
  giveBack(bytes: Buffer): void {
    if (this.bytes.length > 0) return
    this.bytes = Buffer.from(bytes.buffer)
  }
}
