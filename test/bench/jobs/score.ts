import type { Visit } from '../compare/data.ts'

export interface Scored {
  readonly id: number
  readonly user: string
  readonly time: number
  readonly points: number
}

const ofType: Readonly<Record<string, number>> = { view: 1, click: 3, purchase: 50, refund: 80 }

/** Hands on what is worth a look; every field counts. The scripts of others call this very function. */
export default function score(visit: Visit): Scored | undefined {
  const { id, time, user, type, amount, page, agent } = visit
  let points = (ofType[type] ?? 0) + Math.floor(amount) + page.length
  if (agent === 'robot') points += 20
  if (user.endsWith('7')) points += 5
  if (id % 10 === 0) points += 1
  if (time % 1000 < 500) points += 2
  return points < 150 ? undefined : { id, user, time, points }
}
