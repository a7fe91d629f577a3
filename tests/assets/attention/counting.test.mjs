// Whatever somebody does with a player, no second counts that was not played and seen, and none that was is left out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counter } from '../../../static/people/attention/counting.js'
import { count, cover, none, outline, read, unite, write } from '../../../static/people/attention/covered.js'

const LENGTH = 40
const FRAME = 40 // milliseconds
const TICK = 240 // between two timeupdates

test('a second counts once all of it was played, at any speed up to double', () => {
  for (const rate of [0.5, 0.75, 1, 1.25, 1.5, 2]) {
    const film = new Film()
    film.set({ rate }).play().run(10_000 / rate).pause()
    assert.deepEqual(film.counted, span(0, 10), `at ${rate}`)
  }
})

test('what plays faster than double speed does not count', () => {
  const film = new Film()
  film.set({ rate: 2.5 }).play().run(4000).set({ rate: 1 }).run(4000).pause()
  assert.deepEqual(film.counted, span(10, 14))
})

test('what is jumped over does not count, forward or back, playing or paused', () => {
  const film = new Film()
  film.play().run(3000).seek(20).run(3000).seek(10.5).run(2000).pause().seek(35).play().run(1000).pause()
  assert.deepEqual(film.counted, [...span(0, 3), 11, ...span(20, 23), 35])
})

test('a jump that no event told of does not count either', () => {
  const film = new Film()
  film.play().run(2000)
  film.moment = 30
  film.run(2000).pause()
  assert.deepEqual(film.counted, [0, 1, 31]) // of the 30th, what came before the next tick is lost
})

test('what runs unseen does not count, nor does waiting', () => {
  const film = new Film()
  film.play().run(2000).hide().run(5000).show().run(3000).stall(4000).run(1000).pause()
  assert.deepEqual(film.counted, [0, 1, ...span(7, 11)])
})

test('a second played in two parts counts, and one that lacks its middle does not', () => {
  const film = new Film()
  film.play().run(520).pause().seek(0.48).play().run(520).pause()
  assert.deepEqual(film.counted, [0])
  film.seek(5).play().run(400).pause().seek(5.6).play().run(400).pause()
  assert.deepEqual(film.counted, [0])
})

test('the last second counts though the file ends a little before it', () => {
  const film = new Film({ end: LENGTH - 0.3 })
  film.seek(LENGTH - 2).play().run(3000)
  assert.deepEqual(film.counted, [LENGTH - 2, LENGTH - 1])
})

test('five hundred restless viewers: all that counts was seen, all that was seen in one go counts', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const throwing = dice(seed)
    const film = new Film()
    for (let act = 0; act < 40; act++) film.do(throwing)
    film.pause()
    for (const second of film.counted) assert.ok(film.seen(second), `seed ${seed} counts ${second}`)
    assert.equal(new Set(film.counted).size, film.counted.length, `seed ${seed} counts twice`)
    for (const second of span(0, LENGTH)) {
      if (film.seenInOneGo(second)) assert.ok(film.counted.includes(second), `seed ${seed} misses ${second}`)
    }
  }
})

test('a set of seconds is written and read, and spoiled ones are none', () => {
  const bits = none(LENGTH)
  for (const second of [0, 7, 8, 9, 39]) assert.ok(cover(bits, second))
  assert.ok(!cover(bits, 39))
  assert.equal(count(bits), 5)
  assert.deepEqual(read(write(bits), LENGTH), bits)
  assert.equal(outline(bits, LENGTH), 'M0 0H1V1H0ZM7 0H10V1H7ZM39 0H40V1H39Z')
  const other = none(LENGTH)
  cover(other, 3)
  unite(bits, other)
  assert.equal(count(bits), 6)
  for (const spoiled of [undefined, null, 7, '', '?', 'AAAA', {}]) assert.deepEqual(read(spoiled, LENGTH), none(LENGTH))
})

// A film and who watches it: what a browser would tell, and beside it what was really seen, frame by frame.
class Film {
  moment = 0
  at = 0
  rate = 1
  isPlaying = false
  isHidden = false
  watched = [] // [from, to] of every frame that was played and seen; `go` is the stretch that it belongs to
  go = 0

  constructor({ end = LENGTH } = {}) {
    this.end = end
    this.bits = none(LENGTH)
    this.counted = []
    this.counting = counter(LENGTH, (second) => cover(this.bits, second) && this.counted.push(second))
  }

  do(throwing) {
    const acts = {
      run: () => this.run(throwing() * 6000), pause: () => this.pause(), play: () => this.play(), play2: () => this.play(),
      seek: () => this.seek(throwing() * LENGTH), jump: () => this.seek(this.moment + throwing() * 3 - 1),
      hide: () => this.hide(), show: () => this.show(), stall: () => this.stall(throwing() * 3000),
      speed: () => this.set({ rate: [0.5, 1, 1.25, 2, 2.5, 4][Math.floor(throwing() * 6)] }), run2: () => this.run(throwing() * 9000),
    }
    const names = Object.keys(acts)
    acts[names[Math.floor(throwing() * names.length)]]()
  }

  note() {
    const isSeen = this.isPlaying && !this.isHidden && this.rate <= 2
    this.counting.note({ moment: this.moment, at: this.at, rate: this.rate, isSeen, isEnd: this.moment >= this.end })
    this.counted.sort((one, other) => one - other)
    return this
  }

  set({ rate }) { this.rate = rate; this.go++; return this.note() }
  play() { this.isPlaying = this.moment < this.end; this.go++; return this.note() }
  pause() { this.isPlaying = false; this.go++; return this.note() }
  hide() { this.note(); this.isHidden = true; this.go++; return this.note() }
  show() { this.isHidden = false; this.go++; return this.note() }
  stall(milliseconds) { this.note(); this.at += milliseconds; return this.note() }

  seek(moment) {
    this.moment = Math.min(Math.max(moment, 0), this.end)
    this.go++
    this.counting.jump()
    return this.isPlaying ? this.note() : this
  }

  run(milliseconds) {
    const until = this.at + milliseconds
    for (let ticked = this.at; this.at < until;) {
      const step = Math.min(FRAME, until - this.at)
      this.at += step
      if (this.isPlaying) this.advance((step / 1000) * this.rate)
      if (this.at - ticked >= TICK || this.moment >= this.end) {
        this.note()
        ticked = this.at
      }
    }
    return this.note()
  }

  advance(by) {
    const from = this.moment
    this.moment = Math.min(from + by, this.end)
    if (!this.isHidden && this.rate <= 2) this.watched.push([from, this.moment >= this.end ? LENGTH : this.moment, this.go])
    if (this.moment >= this.end) this.isPlaying = false
  }

  seen(second) { return covers(this.watched, second, 0.002) }

  seenInOneGo(second) {
    const goes = new Set(this.watched.map((frame) => frame[2]))
    return [...goes].some((go) => covers(this.watched.filter((frame) => frame[2] === go), second, 1e-9))
  }
}

function covers(frames, second, tolerance) {
  let reached = second
  for (const [from, to] of [...frames].sort((one, other) => one[0] - other[0])) {
    if (from <= reached + tolerance && to > reached) reached = to
  }
  return reached >= second + 1 - tolerance
}

function span(from, to) {
  return Array.from({ length: to - from }, (_, at) => from + at)
}

// The same throws for the same seed (mulberry32).
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}
