import { describe, expect, it } from 'vitest'
import { isLoopback, parseAddress, renderAddress } from './address.ts'

describe('an address', () => {
  it.each([
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['localhost:0', 'localhost', 0],
    ['[::1]:9464', '::1', 9464],
    ['[::]:65535', '::', 65_535],
  ])('%s is a host and a port', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port })
    expect(renderAddress({ host, port })).toBe(text)
  })

  it.each(['9464', ':9464'])('without a host is one of this machine: %s', (text) => {
    expect(parseAddress(text)).toEqual({ host: '127.0.0.1', port: 9464 })
  })

  it.each([
    '',
    'host',
    'host:',
    'host:x',
    '::1:80',
    '[::1]',
    'a b:80',
    ':65536',
    '-1',
    'http://a:80',
  ])('that is none is refused: %j', (text) => {
    expect(() => parseAddress(text)).toThrow(
      `An address to serve at must be HOST:PORT with a port from 0 to 65535; got "${text}".`,
    )
  })

  it('of this machine alone is known as one', () => {
    const hosts = [
      '127.0.0.1',
      '127.8.0.1',
      '::1',
      '::ffff:127.0.0.1',
      '0.0.0.0',
      '::',
      '10.0.0.127',
    ]

    expect(hosts.map(isLoopback)).toEqual([true, true, true, true, false, false, false])
  })
})
