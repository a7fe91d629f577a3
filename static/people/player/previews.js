// The picture of a moment, out of the sheet that the film's WebVTT of previews names; fetched when it is first wanted, and
// never by who saves data.
export function previewer({ root }) {
  let opening
  return paint

  // Whether `place` shows the picture now; it is as large as the place, whatever it is in the sheet.
  async function paint(place, moment) {
    if (!root.dataset.previews || root.hasAttribute('data-saves')) return false
    opening ??= open(root.dataset.previews).catch(() => [])
    const cues = await opening
    const cue = cues.find(({ start, stop }) => start <= moment && moment < stop) ?? cues.at(-1)
    if (cue) Object.assign(place.style, cue.style)
    return Boolean(cue)
  }
}

const CUE = /(\S+) --> (\S+).*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g

async function open(address) {
  const answer = await fetch(address)
  const found = answer.ok ? [...(await answer.text()).matchAll(CUE)] : []
  const sheets = new Map()
  for (const [, , , name] of found) if (!sheets.has(name)) sheets.set(name, await load(new URL(name, new URL(address, location.href))))
  return found.map(([, start, stop, name, ...part]) => ({
    start: seconds(start),
    stop: seconds(stop),
    style: styleOf(sheets.get(name), ...part.map(Number)),
  }))
}

async function load(url) {
  const sheet = new Image()
  sheet.src = url.href
  await sheet.decode()
  return sheet
}

function styleOf(sheet, x, y, width, height) {
  const share = (at, part, whole) => `${whole > part ? (at / (whole - part)) * 100 : 0}%`
  return {
    backgroundImage: `url("${sheet.src}")`,
    backgroundSize: `${(sheet.naturalWidth / width) * 100}% ${(sheet.naturalHeight / height) * 100}%`,
    backgroundPosition: `${share(x, width, sheet.naturalWidth)} ${share(y, height, sheet.naturalHeight)}`,
  }
}

function seconds(clock) {
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}
