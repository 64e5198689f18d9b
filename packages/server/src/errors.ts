import { defineError } from '@millrace/base'

export const SERVER_ADDRESS = defineError<{ text: string }>({
  code: 'SERVER_ADDRESS',
  message: (d) =>
    `An address to serve at must be HOST:PORT with a port from 0 to 65535; got "${d.text}".`,
  hint: () => 'For example: 127.0.0.1:9464, [::1]:9464, or :0 for any free port of this machine.',
})

export const SERVER_LISTEN = defineError<{ address: string; reason: string; hint: string }>({
  code: 'SERVER_LISTEN',
  message: (d) => `Nothing can be served at ${d.address}: ${d.reason}.`,
  hint: (d) => d.hint,
})
