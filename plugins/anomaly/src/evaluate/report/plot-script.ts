/**
 * Draws each series when it comes into view: of what falls on one column of pixels the least and the largest, so that 22,000 points
 * are as quick as 2,000. Runs in the browser; all it draws stands in
 * the page, and `hues` in front of it.
 */
export const plotScript = String.raw`
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer
const floats = (text) => text === '' ? null : new Float32Array(bytesOf(text))
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name)

class Chart {
  constructor(section) {
    const data = JSON.parse(section.querySelector('script').textContent)
    this.data = data
    this.expected = floats(data.expected)
    this.low = floats(data.low)
    this.high = floats(data.high)
    this.score = floats(data.surprise)
    this.times = data.times === '' ? null : new Float64Array(bytesOf(data.times))
    this.flagged = new Uint32Array(bytesOf(data.flagged))
    this.length = this.score.length
    this.values = data.values.map((text) => floats(text) ?? new Float32Array(this.length).fill(NaN))
    this.canvas = section.querySelector('canvas')
    this.at = section.querySelector('.at')
    this.from = 0
    this.to = this.length
    this.drag = null
    this.listen(section)
    this.draw()
  }
  listen(section) {
    const { canvas } = this
    const x = (event) => event.clientX - canvas.getBoundingClientRect().left
    canvas.onpointerdown = (event) => { this.drag = [x(event), x(event)]; canvas.setPointerCapture(event.pointerId) }
    canvas.onpointermove = (event) => {
      if (this.drag !== null) { this.drag[1] = x(event); this.draw() }
      this.say(this.rowAt(x(event)))
    }
    canvas.onpointerup = () => {
      const [a, b] = this.drag.toSorted((one, other) => one - other)
      this.drag = null
      if (b - a > 4) this.zoom(this.rowAt(a), this.rowAt(b) + 1)
      this.draw()
    }
    canvas.onwheel = (event) => {
      if (!event.ctrlKey && !event.shiftKey) return
      event.preventDefault()
      const pivot = this.rowAt(x(event))
      const factor = (event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8
      this.zoom(pivot - (pivot - this.from) * factor, pivot + (this.to - pivot) * factor)
    }
    section.querySelector('button').onclick = () => this.zoom(0, this.length)
    canvas.ondblclick = () => this.zoom(0, this.length)
  }
  zoom(from, to) {
    this.from = Math.max(0, Math.floor(from))
    this.to = Math.min(this.length, Math.max(this.from + 5, Math.ceil(to)))
    this.draw()
  }
  rowAt(x) {
    const row = this.from + Math.floor((x / this.canvas.clientWidth) * (this.to - this.from))
    return Math.min(this.length - 1, Math.max(0, row))
  }
  say(row) {
    const time = this.times === null ? this.data.start + row * this.data.step : this.times[row]
    const when = this.data.step === 1 && this.data.start === 0 ? 'row ' + row : new Date(time).toISOString().slice(0, 19).replace('T', ' ')
    const number = (value) => Number.isFinite(value) ? Number(value.toPrecision(6)) : 'missing'
    const values = this.values.map((of, index) => this.data.fields[index] + ' ' + number(of[row]))
    const expected = this.expected === null || Number.isNaN(this.expected[row]) ? '' : ', expected ' + number(this.expected[row])
    this.at.textContent = when + ': ' + values.join(', ') + expected + ', rarer than all but 1 in ' + Math.round(10 ** this.score[row]).toLocaleString('en')
  }
  draw() {
    const { canvas } = this
    const scale = window.devicePixelRatio || 1
    this.width = canvas.clientWidth
    this.height = canvas.clientHeight
    canvas.width = this.width * scale
    canvas.height = this.height * scale
    const pen = canvas.getContext('2d')
    pen.scale(scale, scale)
    this.split = Math.round(this.height * 0.68)
    this.shade(pen)
    this.upper(pen)
    this.lower(pen)
    if (this.drag !== null) {
      pen.fillStyle = color('band')
      pen.fillRect(this.drag[0], 0, this.drag[1] - this.drag[0], this.height)
    }
  }
  x(row) { return ((row - this.from) / (this.to - this.from)) * this.width }
  shade(pen) {
    const strip = (from, to, name, alpha) => {
      pen.globalAlpha = alpha
      pen.fillStyle = color(name)
      pen.fillRect(this.x(from), 0, Math.max(2, this.x(to) - this.x(from)), this.height)
      pen.globalAlpha = 1
    }
    strip(0, this.data.probation, 'soft', 0.1)
    for (const [first, last, isHit] of this.data.windows) strip(first, last + 1, isHit ? 'hit' : 'miss', 0.17)
  }
  upper(pen) {
    const lines = this.values.length === 1 ? this.values : this.values.map((of) => this.spread(of))
    const [least, most] = this.bounds(lines)
    const y = (value) => this.split - 10 - ((value - least) / (most - least || 1)) * (this.split - 20)
    const clip = (value) => Math.min(this.split, Math.max(0, y(value)))
    if (this.low !== null && lines.length === 1) this.area(pen, this.low, this.high, clip, color('band'))
    lines.forEach((of, index) => this.line(pen, of, y, lines.length === 1 ? color('value') : hues[index % hues.length]))
    if (this.expected !== null && lines.length === 1) { pen.globalAlpha = 0.55; this.line(pen, this.expected, clip, color('soft')); pen.globalAlpha = 1 }
    const inWindow = (row) => this.data.windows.some(([first, last]) => row >= first && row <= last)
    for (const row of this.flagged) {
      if (row < this.from || row >= this.to) continue
      pen.fillStyle = color(!this.data.isLabelled ? 'bar' : inWindow(row) ? 'hit' : 'miss')
      pen.beginPath()
      pen.arc(this.x(row + 0.5), y(lines[0][row]), 3.5, 0, 7)
      pen.fill()
    }
    pen.fillStyle = color('soft')
    pen.font = '11px system-ui'
    if (lines.length === 1) { pen.fillText(Number(most.toPrecision(4)), 3, 12); pen.fillText(Number(least.toPrecision(4)), 3, this.split - 4) }
  }
  lower(pen) {
    const top = Math.max(this.data.threshold ?? 0, this.peak(this.score), 1) * 1.08
    const y = (value) => this.height - 2 - (value / top) * (this.height - this.split - 12)
    pen.fillStyle = color('line')
    pen.fillRect(0, this.split, this.width, 1)
    this.line(pen, this.score, y, color('score'))
    if (this.data.threshold === null) return
    pen.strokeStyle = color('bar')
    pen.setLineDash([5, 4])
    pen.beginPath()
    pen.moveTo(0, y(this.data.threshold))
    pen.lineTo(this.width, y(this.data.threshold))
    pen.stroke()
    pen.setLineDash([])
  }
  peak(of) { let most = 0; for (let i = this.from; i < this.to; i++) if (of[i] > most) most = of[i]; return most }
  bounds(lines) {
    let [least, most] = [Infinity, -Infinity]
    for (const of of lines) for (let i = this.from; i < this.to; i++) { if (of[i] < least) least = of[i]; if (of[i] > most) most = of[i] }
    return least <= most ? [least, most] : [0, 1]
  }
  spread(of) {
    const [least, most] = this.bounds([of])
    return of.map((value) => (value - least) / (most - least || 1))
  }
  // Per column of pixels what is least and what is largest.
  columns(of, other) {
    const count = Math.min(Math.ceil(this.width), this.to - this.from)
    const spans = []
    for (let c = 0; c < count; c++) {
      const a = this.from + Math.floor((c * (this.to - this.from)) / count)
      const b = this.from + Math.floor(((c + 1) * (this.to - this.from)) / count)
      let [least, most] = [Infinity, -Infinity]
      for (let i = a; i < b; i++) { if (of[i] < least) least = of[i]; if (other[i] > most) most = other[i] }
      spans.push([this.x((a + b) / 2), least, most])
    }
    return spans
  }
  line(pen, of, y, style) {
    pen.strokeStyle = style
    pen.lineWidth = 1.2
    pen.beginPath()
    let isOpen = false
    for (const [x, least, most] of this.columns(of, of)) {
      if (least > most) { isOpen = false; continue }
      if (isOpen) pen.lineTo(x, y(least))
      else pen.moveTo(x, y(least))
      if (most !== least) pen.lineTo(x, y(most))
      isOpen = true
    }
    pen.stroke()
  }
  area(pen, low, high, y, style) {
    pen.fillStyle = style
    let run = []
    const close = () => {
      pen.beginPath()
      for (const [x, , most] of run) pen.lineTo(x, y(most))
      for (const [x, least] of run.toReversed()) pen.lineTo(x, y(least))
      pen.fill()
      run = []
    }
    for (const span of this.columns(low, high)) {
      if (span[1] <= span[2]) run.push(span)
      else close()
    }
    close()
  }
}

const charts = new Map()
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting && !charts.has(target)) charts.set(target, new Chart(target))
}, { rootMargin: '300px' })
for (const section of document.querySelectorAll('section')) seen.observe(section)
addEventListener('resize', () => { for (const chart of charts.values()) chart.draw() })
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { for (const chart of charts.values()) chart.draw() })
`
