/** Whether slots in ascending order follow each other without a gap: then what they have can be copied in one go. */
export function isRun(slots: Int32Array): boolean {
  return (slots.at(-1) ?? -1) - (slots[0] ?? 0) === slots.length - 1
}
