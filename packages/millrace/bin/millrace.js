#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache()

// Node runs TypeScript sources, but never those below node_modules: installed, the built files run.
const source = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const checkout = !/[\\/]node_modules[\\/]/.test(source) && existsSync(source)
const { main } = await import(checkout ? '../src/main.ts' : '../lib/main.js')
await main(process.argv.slice(2))
