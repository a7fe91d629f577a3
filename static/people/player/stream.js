// How the film comes: adaptively, in the size that fits (HLS), or as one file where the page names no stream, the browser
// cannot take one, or it fails. Where a browser plays HLS well by itself it does; that is Safari: others say "maybe" and
// mean it (hls.js #7827).
const HLS = 'application/vnd.apple.mpegurl'
const AHEAD = 30 // seconds kept ready while it plays
const AT_FIRST = 5 // before it is played

export async function openStream({ root, video }, { quality, onQuality }) {
  const address = root.dataset.stream
  const isSaving = quality === 'save'
  if (!address) return progressive(video, isSaving)
  if (video.canPlayType(HLS) && (window.ManagedMediaSource || !window.MediaSource)) return native(video, address)
  if (!window.MediaSource || !MediaSource.isTypeSupported('video/mp4; codecs="avc1.42E01E,mp4a.40.2"')) return progressive(video, isSaving)
  const file = [...video.querySelectorAll('source')]
  for (const one of file) one.remove() // or a press on play, until the library is there, would fetch it
  video.load() // and so it would by what it has chosen already
  const library = isSaving ? await played(video).then(load) : await load()
  if (library?.isSupported()) return adaptive(library, { root, video, file, address, quality, onQuality })
  video.append(...file)
  return progressive(video, isSaving)
}

// The library is large: it is fetched by who needs it, and by who saves data once they press play.
function load() {
  return import('hls.js/light').then((found) => found.default, () => null)
}

function played(video) {
  return new Promise((done) => video.addEventListener('play', done, { once: true }))
}

function progressive(video, isSaving) {
  if (video.preload === 'none' && video.paused && !isSaving) video.preload = 'metadata'
  return { sizes: [], choose() {}, reopen: () => video.load() }
}

function native(video, address) {
  const at = new URLSearchParams(location.search).get('t')
  video.src = at ? `${address}#t=${at}` : address
  return { sizes: [], choose() {}, reopen: () => video.load() }
}

function adaptive(Hls, { root, video, file, address, quality, onQuality }) {
  const isWanted = !video.paused
  const start = video.currentTime || Number(root.dataset.start) || -1
  // Without a worker: segments are fMP4 and are passed on as they are, and the policy of the page lets in no other code.
  const hls = new Hls({
    enableWorker: false,
    startPosition: start,
    startLevel: 0,
    abrEwmaDefaultEstimate: 2_000_000,
    maxBufferLength: AT_FIRST,
    maxBufferSize: 0, // or up to 60 MB come besides, which is a whole film before anybody presses play
    backBufferLength: 60,
    capLevelToPlayerSize: true,
  })
  let wanted = quality
  const opened = { sizes: [], choose, reopen }
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    opened.sizes = hls.levels.map(({ height }) => height)
    apply()
    onQuality(opened.sizes)
  })
  hls.on(Hls.Events.LEVEL_SWITCHED, (_, { level }) => onQuality(opened.sizes, hls.levels[level].height))
  hls.on(Hls.Events.ERROR, (_, { fatal, type }) => fatal && recover(type))
  video.addEventListener('play', () => (hls.config.maxBufferLength = wanted === 'save' ? AT_FIRST * 2 : AHEAD))
  hls.loadSource(address)
  hls.attachMedia(video)
  if (isWanted) hls.once(Hls.Events.MEDIA_ATTACHED, () => video.play().catch(() => {})) // being attached stops it
  return opened

  function choose(name) {
    wanted = name
    apply()
    if (hls.levels.length && levelOf(name) >= 0) hls.currentLevel = levelOf(name) // at once, and not what comes next
  }

  function apply() {
    if (hls.levels.length) hls.nextLevel = levelOf(wanted)
    hls.config.maxBufferLength = wanted === 'save' ? AT_FIRST * 2 : video.paused ? AT_FIRST : AHEAD
  }

  // -1, for what is not among them, lets it choose.
  function levelOf(name) {
    return name === 'save' ? 0 : hls.levels.findIndex(({ height }) => String(height) === name)
  }

  // A picture that cannot be decoded is tried once more; what cannot be fetched comes as the one file, if there is one.
  function recover(type) {
    if (type === Hls.ErrorTypes.MEDIA_ERROR && !root.hasAttribute('data-recovered')) {
      root.setAttribute('data-recovered', '')
      return hls.recoverMediaError()
    }
    if (opened.sizes.length || !file.length) return video.dispatchEvent(new Event('error'))
    fallBack()
  }

  function fallBack() {
    const isPlaying = !video.paused
    const moment = video.currentTime || Math.max(start, 0)
    hls.destroy()
    video.removeAttribute('src')
    video.append(...file.filter(({ type }) => type !== HLS))
    video.preload = 'metadata'
    video.load()
    if (moment) video.currentTime = moment
    if (isPlaying) video.play().catch(() => {})
    opened.reopen = () => video.load()
    opened.choose = () => {}
  }

  function reopen() {
    hls.startLoad()
  }
}
