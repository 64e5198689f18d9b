const roomMin = 1024
/** What a record of unusual size has taken is not kept. */
const roomMax = 1024 * 1024

/** No character needs more bytes for each of its halves. */
const characterBytes = 3
/** Of longer texts it is worth to know how many bytes they take. */
const shortMax = 1024

const none = Buffer.alloc(0)

/** Bytes that wait to be written. Grows as it must, and keeps its room between one piece and the next. */
export class LineBuffer {
  /** As long as the room is; what `length` does not count is free. */
  bytes: Buffer = none
  length = 0
  /** Room for when the bytes in hand are on their way. */
  #spare: Buffer = none

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    const wanted = this.length + count
    if (wanted <= this.bytes.length) return
    let room = Math.max(roomMin, this.bytes.length)
    while (room < wanted) room *= 2
    const bytes = Buffer.allocUnsafeSlow(room)
    this.bytes.copy(bytes, 0, 0, this.length)
    this.bytes = bytes
  }

  /** Adds a text as UTF-8. */
  addText(text: string): void {
    const isShort = text.length <= shortMax
    this.reserve(isShort ? text.length * characterBytes : Buffer.byteLength(text))
    this.length += this.bytes.write(text, this.length)
  }

  /** Adds bytes `from` to before `to` of some others. */
  addBytes(bytes: Uint8Array, from: number, to: number): void {
    this.reserve(to - from)
    this.length += Buffer.prototype.copy.call(bytes, this.bytes, this.length, from, to)
  }

  /** Adds one byte. */
  addByte(byte: number): void {
    this.reserve(1)
    this.bytes[this.length++] = byte
  }

  /** Gives its bytes away, with the room that they are in. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = this.#spare
    this.#spare = none
    this.length = 0
    return taken
  }

  /** Takes the room of bytes back that nobody needs any more. */
  giveBack(bytes: Buffer): void {
    if (bytes.buffer.byteLength > roomMax) return
    const room = Buffer.from(bytes.buffer)
    if (this.bytes.length === 0) this.bytes = room
    else this.#spare = room
  }

  /** Forgets its bytes, and gives its room up. */
  clear(): void {
    this.bytes = none
    this.#spare = none
    this.length = 0
  }
}
