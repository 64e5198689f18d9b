import { SERVER_ADDRESS } from './errors.ts'

/** Where to listen. */
export interface Address {
  /** A name or a number, IPv6 without brackets. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

/** Host of an address that names none: nobody outside of the machine is let in by accident. */
const loopback = '127.0.0.1'

/** Reads `HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `PORT`. Throws SERVER_ADDRESS. */
export function parseAddress(text: string): Address {
  const { port, six, name } =
    /^(?:\[(?<six>[\da-f:.]+)\]:|(?<name>[^\s:[\]/]*):)?(?<port>\d{1,5})$/i.exec(text)?.groups ?? {}
  if (port === undefined || Number(port) > 65_535) throw SERVER_ADDRESS({ text })
  return { host: six ?? (name === undefined || name === '' ? loopback : name), port: Number(port) }
}

/** `HOST:PORT`, as it stands in a URL. */
export function renderAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Whether only this machine can reach an address; `host` is a number, not a name. */
export function isLoopback(host: string): boolean {
  return host === '::1' || /^(::ffff:)?127\./i.test(host)
}
