import { Buffer } from 'node:buffer'
import { deserialize, serialize } from 'node:v8'

/** Data as bytes. Throws for what cannot be written down, such as a function. */
export const encode = (data: unknown): Uint8Array => serialize(data)

/** The data again, made anew each time: typed arrays in it would else share their memory with the bytes. */
export const decode = (bytes: Uint8Array): unknown => deserialize(Buffer.from(bytes))
