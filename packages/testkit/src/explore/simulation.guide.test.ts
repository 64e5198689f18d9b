import type { ActorRef } from '@millrace/core'
import { explore, probe, type Scenario, type Simulation, simulate } from '@millrace/testkit'
import { expect, it } from 'vitest'

type ToLedger = { id: number; till: ActorRef<ToTill> }
type ToTill = { type: 'sell'; id: number } | { type: 'booked'; id: number } | { type: 'again' }

// The code under test: a till sends each sale again until the ledger has booked it.
function spawnTill(sim: Simulation, ledger: ActorRef<ToLedger>): ActorRef<ToTill> {
  const open = new Set<number>()
  return sim.spawn<ToTill>({
    id: 'till',
    create: (context) => ({
      receive(message) {
        if (message.type === 'sell') open.add(message.id)
        if (message.type === 'booked') open.delete(message.id)
        else for (const id of open) ledger.tell({ id, till: context.self })
        if (open.size > 0) context.timers.once('again', 100, { type: 'again' })
        else context.timers.cancel('again')
      },
    }),
  })
}

function spawnLedger(sim: Simulation, booked: number[], once: boolean): ActorRef<ToLedger> {
  return sim.spawn<ToLedger>({
    id: 'ledger',
    create: () => ({
      receive({ id, till }) {
        if (!once || !booked.includes(id)) booked.push(id)
        till.tell({ type: 'booked', id })
      },
    }),
  })
}

// The scenario: it starts actors, sends the first messages and returns what the checks look at.
const shop =
  (once: boolean): Scenario<{ sales: number; booked: number[] }> =>
  (sim) => {
    const booked: number[] = []
    const till = spawnTill(sim, spawnLedger(sim, booked, once))
    const sales = 1 + sim.amount(5)
    for (let id = 1; id <= sales; id++) till.tell({ type: 'sell', id })
    return { sales, booked }
  }

const weather = { messageLoss: 0.1, messageDuplicate: 0.1, messageDelay: 0.1 }

it('books every sale exactly once, whatever the network does', async () => {
  const report = await explore(shop(true), {
    name: 'shop',
    seeds: 300,
    forMs: 2000,
    faults: weather,
    invariants: {
      'no sale twice': ({ booked }) => new Set(booked).size === booked.length,
    },
    sometimes: { 'several sales': ({ sales }) => sales > 3 },
    liveness: { 'every sale is booked': ({ sales, booked }) => booked.length === sales },
  })

  expect(report.failure).toBeUndefined()
  report.verify()
})

it('finds the double booking of a ledger that does not look, and makes it short', async () => {
  const report = await explore(shop(false), {
    forMs: 2000,
    faults: weather,
    invariants: { 'no sale twice': ({ booked }) => new Set(booked).size === booked.length },
  })

  expect(report.failure?.check).toBe('invariant "no sale twice"')
  expect(report.failure?.choicesBefore).toBeGreaterThan(report.failure?.choices.length ?? 0)
  expect(report.failure?.diagram).toContain('sequenceDiagram')
})

it('waits a second and gives up, in no time', async () => {
  const sim = simulate({ seed: 7 })
  const ledger = probe<ToLedger>(sim, 'ledger')
  const till = spawnTill(sim, ledger.ref)
  till.tell({ type: 'sell', id: 1 })

  await ledger.receive(11, 1000)
  expect(sim.elapsedMs).toBe(1000)
  till.tell({ type: 'booked', id: 1 })
  await ledger.expectNone(60_000)
})
