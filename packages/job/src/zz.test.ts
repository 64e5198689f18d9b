import { expect, it } from 'vitest'
import { pipeline } from './pipeline.ts'
it('x', async () => {
  for (const many of [[1,2,3],[1,2,3,4]]) {
  const job = pipeline('late').input<{d:number}>().through((f) => { if (f.d === 3) throw new Error('x'); return f }).job()
  const got: unknown[] = []
  try { for await (const r of job.run(many.map(d => ({d})))) got.push(r) } catch (e) { console.log(String(e)) }
  console.log(got)
  const job2 = pipeline('late').input<{d:number}>().through((f) => { if (f.d === 3) throw new Error('x'); return f }).job()
  const got2: unknown[] = []
  async function* slow() { for (const d of many) { await new Promise(r => setTimeout(r, 20)); yield {d} } }
  try { for await (const r of job2.run(slow())) got2.push(r) } catch (e) { console.log(String(e)) }
  console.log(got2)
  }
})
