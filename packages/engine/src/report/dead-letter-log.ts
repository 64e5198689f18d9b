/** Most dead letters quoted in a summary. */
const FIRST_MAX = 5

/** What the summary says about dead letters. */
export class DeadLetterLog {
  count = 0
  readonly byCode = new Map<string, number>()
  readonly first: { readonly code: string; readonly message: string; readonly at: string }[] = []

  add(code: string, message: string, at: string): void {
    this.count++
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1)
    if (this.first.length < FIRST_MAX) this.first.push({ code, message, at })
  }
}
