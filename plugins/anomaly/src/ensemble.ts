import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { createVote, type Vote, type VoteData, voteBytes } from './ensemble/create-vote.ts'
import { Member } from './ensemble/member.ts'
import { membersOf, membersSchema } from './ensemble/members-schema.ts'

const ensembleSchema = z.strictObject({
  members: membersSchema,
  combination: z.enum(['ranks', 'votes']).default('ranks').meta({
    description:
      'What counts. `ranks`: how rare what the members say is, all taken together; `votes`: how rare it is for the `need` members that are surprised most.',
  }),
  need: z.int().min(1).max(20).default(2).meta({
    description: 'Under `votes`, how many members have to be surprised.',
  }),
  window: z.int().min(1).max(1000).default(40).meta({
    description: 'Under `votes`, for how many points the surprise of a member counts.',
  }),
})

/** Parameters of an ensemble, defaults filled in. */
type EnsembleParameters = z.output<typeof ensembleSchema>

interface EnsembleData {
  readonly members: readonly ReturnType<Member['snapshot']>[]
  readonly vote: VoteData
}

class Ensemble implements Detector {
  readonly evidence: DetectorEvidence = {}
  readonly #members: readonly Member[]
  readonly #vote: Vote

  constructor(parameters: EnsembleParameters, scope: DetectorScope) {
    this.#members = membersOf(parameters.members).map((choice) => new Member(choice, scope))
    this.#vote = createVote(parameters)
  }

  score(point: Float64Array, time: number): number {
    for (const member of this.#members) member.score(point, time)
    this.#explain()
    return this.#vote.of(this.#members)
  }

  update(point: Float64Array, time: number): number {
    for (const member of this.#members) member.update(point, time)
    this.#explain()
    const score = this.#vote.of(this.#members)
    this.#vote.learn(this.#members)
    return score
  }

  snapshot(): EnsembleData {
    return {
      members: this.#members.map((member) => member.snapshot()),
      vote: this.#vote.snapshot(),
    }
  }

  restore({ members, vote }: EnsembleData): void {
    for (const [index, member] of this.#members.entries()) {
      member.restore(members[index] as ReturnType<Member['snapshot']>)
    }
    this.#vote.restore(vote)
  }

  /** The member that is surprised most speaks for all; where it expects nothing, the first that does says what. */
  #explain(): void {
    const { evidence } = this
    let heeded: Member | undefined
    let most = -1
    for (const member of this.#members) {
      if (member.surprise > most) {
        most = member.surprise
        heeded = member
      }
    }
    const own = heeded?.detector.evidence
    evidence.member = heeded?.name
    evidence.low = own?.low
    evidence.high = own?.high
    evidence.contributions = own?.contributions
    evidence.span = own?.span
    evidence.nearest = own?.nearest
    evidence.expected = own?.expected
    for (let at = 0; evidence.expected === undefined && at < this.#members.length; at++) {
      evidence.expected = this.#members[at]?.detector.evidence.expected
    }
  }
}

/**
 * Several detectors as one. Each score becomes its surprise: -log10 of the share of the last 3500 of its detector that were as large;
 * beyond the largest a Pareto tail goes on. Scores that are surprises already are taken as they are, of members that are silent about most
 * points up to 3. Under `ranks` the ensemble scores how rare
 * the surprises are together (Fisher's test), and adds those of members that are silent about most points; under `votes` the surprise
 * that `need` members reached within `window` points. NaN while no member can tell.
 *
 * The default, for one number: the last stretch against its past, long ones as `discord`, short ones as `recall`, each at two paces,
 * what was never reached, single points far out, and what stands still. Of independent points one in ten scores above 1, one in a
 * hundred above 2.
 * Memory of a snapshot: at most 14,000 bytes a member that is ranked, and what the members need; of the default 60.3 KB.
 */
export const ensemble = defineDetector<EnsembleParameters>({
  name: 'ensemble',
  summary: 'Several detectors as one: by how rare what they say is, or by votes.',
  parameters: ensembleSchema,
  main: 'members',
  version: 2,
  surprises: true,
  dimensions: 'any',
  bytes: (parameters, scope) =>
    membersOf(parameters.members).reduce((sum, choice) => sum + Member.bytes(choice, scope), 0) +
    voteBytes(parameters),
  create: (parameters, scope) => new Ensemble(parameters, scope),
})
