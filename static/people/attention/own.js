// The viewer's own strip under the player: what was watched, who knows of it, and how to keep it to oneself or delete it.
// Nothing is reported before the strip was on the screen.
import { keep, recall } from '../player/memory.js'
import { shown } from '../player/words.js'
import { FASTEST, LATE, counter } from './counting.js'
import { outline } from './covered.js'
import { asksNotToBeMeasured, fetchTicket, report, takeBack } from './reporting.js'
import { everyTicket, letGoOfTickets, viewingOf } from './viewing.js'

const SAVED_EVERY = 5 // seconds of film
const NOTED = ['timeupdate', 'play', 'playing', 'seeked', 'pause', 'ended', 'waiting', 'ratechange']
const STARTS = ['play', 'playing', 'seeked'] // a film that was not there at the press begins later
const MINE = 'attention.mine'

export function offerAttention(root) {
  const strip = document.querySelector('[data-attention]')
  if (!strip) return
  const { attention: slug, film, seconds } = strip.dataset
  const part = (name) => strip.querySelector(`[data-part=${name}]`)
  const video = root.querySelector('video')
  const viewing = viewingOf({ slug, film, seconds: Number(seconds) })
  const counting = counter(Number(seconds), add)
  let outcome = '' // of the viewer's last press: deleted, not-deleted, not-taken-back
  let resting = video.currentTime
  let isMine = Boolean(recall(MINE))
  let wasOnScreen = false
  let sending = Promise.resolve()
  let asking = null

  for (const event of NOTED) video.addEventListener(event, note)
  for (const event of ['seeking', 'emptied', 'loadedmetadata', 'pause']) video.addEventListener(event, rest)
  video.addEventListener('playing', askForTicket)
  for (const event of ['pause', 'ended']) video.addEventListener(event, () => viewing.seconds && viewing.save())
  video.addEventListener('ended', send)
  document.addEventListener('visibilitychange', leave)
  addEventListener('pagehide', leave)
  addEventListener('storage', hearOtherTabs)
  part('delete').addEventListener('click', deleteAll)
  part('mine').addEventListener('click', toggle)
  new IntersectionObserver(see, { threshold: 0.5 }).observe(part('words'))
  paint()
  if (isMine) keepToMyself() // where that failed before

  // It stands still here, or goes on from here once it has sought.
  function rest({ type }) {
    resting = video.currentTime
    if (type !== 'pause') counting.jump()
  }

  function note({ type } = {}) {
    if (video.seeking) return counting.jump()
    const isVisible = document.visibilityState === 'visible' || document.pictureInPictureElement === video
    const isSeen = isVisible && !video.paused && !video.ended && video.playbackRate <= FASTEST
    const { playbackRate: rate, ended: isEnd } = video
    const moment = STARTS.includes(type) ? startOf(video.currentTime) : video.currentTime
    counting.note({ moment, at: performance.now(), rate, isSeen, isEnd })
  }

  // It has played for some milliseconds by the time that this is told.
  function startOf(moment) {
    return moment >= resting && moment - resting < LATE ? resting : moment
  }

  function add(second) {
    if (!viewing.add(second)) return
    if (viewing.seconds % SAVED_EVERY === 0) viewing.save()
    paint()
  }

  function see([{ isIntersecting }]) {
    wasOnScreen ||= isIntersecting && !document.fullscreenElement
  }

  async function askForTicket() {
    if (viewing.ticket || asking || !mayReport()) return
    asking = fetchTicket(slug, film)
    const made = await asking
    asking = null
    if (made && mayReport()) viewing.begin(made)
  }

  function leave() {
    note()
    if (document.visibilityState !== 'hidden') return
    if (viewing.seconds) viewing.save()
    send()
  }

  // Where the ticket cannot be kept it could not be taken back either, so nothing is sent.
  function send() {
    if (mayReport() && wasOnScreen && viewing.hasNews && viewing.isKept) sending = sending.then(reportIt)
  }

  async function reportIt() {
    const ticket = viewing.ticket
    if (!ticket || !mayReport()) return
    const came = await report(ticket, viewing.reported)
    if (viewing.ticket !== ticket) return
    if (came === 'refused') viewing.end()
    if (came === 'kept') viewing.save({ told: true })
    paint()
  }

  async function deleteAll() {
    await sending // whatever a report carries has to be there before it is taken back
    const isGone = await takeBack([...new Set(tickets())])
    if (isGone) viewing.drop()
    outcome = isGone ? 'deleted' : 'not-deleted'
    paint()
  }

  async function toggle() {
    isMine = !isMine
    keep(MINE, isMine)
    outcome = ''
    paint()
    if (isMine) await keepToMyself()
    else if (!video.paused) askForTicket()
  }

  // Of every webinar: what they said holds for all of them.
  async function keepToMyself() {
    await sending
    const theirs = new Set([...everyTicket(), ...tickets()])
    if (theirs.size === 0) return
    const isGone = await takeBack([...theirs])
    if (isGone) letGoOfTickets()
    if (isGone) viewing.keepOwn()
    outcome = isGone ? '' : 'not-taken-back'
    paint()
  }

  function hearOtherTabs({ key }) {
    if (key === MINE) isMine = Boolean(recall(MINE))
    paint()
  }

  function tickets() {
    return [...viewing.tickets, viewing.ticket].filter(Boolean)
  }

  function mayReport() {
    return whoKnows() === 'fresh' || whoKnows() === 'reported'
  }

  function whoKnows() {
    if (strip.dataset.staff !== undefined) return 'staff'
    if (asksNotToBeMeasured()) return 'asked'
    if (root.dataset.saves !== undefined || navigator.connection?.saveData) return 'saving'
    if (isMine) return 'mine'
    if (outcome === 'deleted') return 'deleted'
    return viewing.tickets.length ? 'reported' : 'fresh'
  }

  function paint() {
    part('watched').textContent = shown(viewing.seconds)
    part('path').setAttribute('d', outline(viewing.own, Number(seconds)))
    const known = outcome || whoKnows()
    for (const words of part('words').children) words.hidden = words.dataset.when !== known
    part('delete').disabled = viewing.seconds === 0 && viewing.tickets.length === 0
    part('mine').hidden = !['fresh', 'reported', 'mine', 'deleted'].includes(whoKnows())
    part('mine').setAttribute('aria-pressed', isMine)
  }
}
