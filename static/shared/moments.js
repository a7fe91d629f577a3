// Moments come in UTC and are named so; here they become this reader's own time, with the zone named as well.
const format = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeStyle: 'short' })
const zone = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })

export function localizeMoments() {
  for (const time of document.querySelectorAll('time[data-moment]')) {
    const moment = new Date(time.dateTime)
    const name = zone.formatToParts(moment).find((part) => part.type === 'timeZoneName').value
    time.title = time.textContent
    time.textContent = `${format.format(moment)} ${name}`
  }
}
