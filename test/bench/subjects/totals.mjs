// What all scripts do with a visit, so that they differ in how they read, hand on and write.
export const isKept = ({ type, amount }) => type === 'purchase' && amount > 20

/** Counts a visit in the row of its user and minute. */
export function addTotal(rows, { time, user, amount }) {
  const windowStart = time - (time % 60_000)
  const key = `${windowStart} ${user}`
  const row = rows.get(key)
  if (row === undefined) {
    rows.set(key, { user, windowStart, windowEnd: windowStart + 60_000, count: 1, total: amount })
  } else {
    row.count++
    row.total += amount
  }
  return rows
}

export function writeCsv(out, rows) {
  out.write('user,windowStart,windowEnd,count,total\n')
  for (const row of rows.values()) out.write(`${Object.values(row).join(',')}\n`)
}
