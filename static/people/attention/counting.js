// Which whole seconds of a film were really played. A second counts once, when all of it was: at any speed up to FASTEST,
// in one go or in parts. What was jumped over, and what ran while nobody could see it, does not.
export const FASTEST = 2
export const LATE = 0.25 // seconds of film by which what a browser tells may be behind

const TINY = 0.001 // seconds: what sums of fractions may be off
const NEARLY = 1 // seconds: the file may end a little before the film's length says

// `seconds` is how many whole ones the film has; `add` is told each that is complete, maybe more than once.
export function counter(seconds, add) {
  let runs = [] // what was played, in parts [from, to] of the film, apart from each other and in order
  let last = null // how it stood when it was noted last

  return { note, jump }

  // How it stands now: `moment` of the film, `at` in milliseconds of a clock, `rate`, and whether it plays and is seen.
  // To be told at every change of these, and several times a second in between.
  function note(now) {
    const before = last
    last = now
    if (!before?.isSeen || before.rate > FASTEST) return
    const played = now.moment - before.moment
    if (played <= 0 || played > ((now.at - before.at) / 1000) * before.rate + LATE) return
    const isOver = now.isEnd && seconds - now.moment < NEARLY
    extend(before.moment, isOver ? Math.max(seconds, now.moment) : now.moment)
  }

  // The film goes on somewhere else: what lies between was not played.
  function jump() {
    last = null
  }

  function extend(from, to) {
    const beside = runs.filter((run) => run[0] <= to && from <= run[1])
    const whole = [Math.min(from, ...beside.map((run) => run[0])), Math.max(to, ...beside.map((run) => run[1]))]
    runs = [...runs.filter((run) => !beside.includes(run)), whole].sort((one, other) => one[0] - other[0])
    const first = Math.max(Math.ceil(whole[0] - TINY), Math.floor(from - TINY))
    const after = Math.min(Math.floor(whole[1] + TINY), Math.ceil(to), seconds)
    for (let second = first; second < after; second++) add(second)
  }
}
