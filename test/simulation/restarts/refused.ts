import type { ActorSpec, AutoShutdown, ChildSpec, SupervisorSpec } from '@millrace/core'
import { isMillraceError } from '@millrace/base'

import { actor, same, type Stage } from './stage.ts'

type Fault = 'a twin' | 'significant and permanent' | 'significant for nobody'

/** Law 17: a specification with a fault anywhere is refused as a whole, before anything of it starts. */
export function refused(stage: Stage): () => void {
  const { dice, log, simulation } = stage
  const { system } = simulation
  const fault = dice.pick<Fault>(['a twin', 'significant and permanent', 'significant for nobody'])
  const depth = dice.number(0, 2)
  const isLater = dice.once(2)
  const faulty = tree(stage, depth, fault)
  if (!isLater) {
    try {
      system.supervise(faulty)
      log.push('taken')
    } catch (error) {
      log.push(isMillraceError(error, 'ACT_SPEC') ? 'refused' : String(error))
    }
    return () => {
      same(`law 17: ${fault}`, log, ['refused'])
      same('law 17: left', system.inspect(), [])
    }
  }
  const top = system.supervise({ id: 'top', strategy: 'dynamic' })
  void top.start(faulty).then(
    () => log.push('taken'),
    (error: unknown) => log.push(isMillraceError(error, 'ACT_SPEC') ? 'refused' : String(error)),
  )
  return () => {
    same(`law 17: ${fault}`, log, ['refused'])
    same('law 17: left', top.whichChildren(), [])
  }
}

/** A tree whose fault lies `depth` levels down. */
function tree(stage: Stage, depth: number, fault: Fault): SupervisorSpec {
  const { dice } = stage
  const children: ChildSpec[] = Array.from({ length: dice.number(1, 3) }, (_, index) =>
    actor(stage, { id: `a${index}` }),
  )
  const place = dice.number(0, children.length)
  if (depth > 0) {
    children.splice(place, 0, tree(stage, depth - 1, fault))
    return { id: `g${depth}`, children }
  }
  const [child, autoShutdown] = faulty(stage, fault)
  children.splice(place, 0, child)
  return { id: 'g', autoShutdown, children }
}

function faulty(stage: Stage, fault: Fault): readonly [ActorSpec<string>, AutoShutdown] {
  const { dice } = stage
  if (fault === 'a twin') return [actor(stage, { id: 'a0' }), 'never']
  const spec = { ...actor(stage, { id: 'bad' }), significant: true }
  const some = dice.pick(['anySignificant', 'allSignificant'] as const)
  if (fault === 'significant and permanent') {
    return [dice.once(2) ? spec : { ...spec, restart: 'permanent' }, some]
  }
  return [{ ...spec, restart: dice.pick(['transient', 'temporary'] as const) }, 'never']
}
