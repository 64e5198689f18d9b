/** A count with what is counted, such as `1 point` or `1,200 points`. */
export function counted(count: number, thing: string): string {
  return `${Math.round(count).toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`
}
