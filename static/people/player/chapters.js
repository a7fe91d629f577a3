// Which chapter a moment is in, and the way to the one before or after. The menu's links are the list of chapters.
export function chaptersOf(part) {
  const links = [...part('chapters').querySelectorAll('a')]
  return links.map((link) => ({ start: Number(link.dataset.at), title: link.querySelector('span').textContent }))
}

export function chapterAt(chapters, moment) {
  return chapters.findLast(({ start }) => start <= moment + 0.05) ?? chapters[0]
}

// Shorter than this into a chapter, "previous" leads to the one before; after it, to its own beginning.
const JUST_BEGUN = 3

export function offerChapters({ video, part, say }) {
  const chapters = chaptersOf(part)
  return { chapter: (step) => goTo(step > 0 ? next() : previous()) }

  function next() {
    return chapters.find(({ start }) => start > video.currentTime + 0.05)
  }

  function previous() {
    return chapters.findLast(({ start }) => start <= video.currentTime - JUST_BEGUN) ?? chapters[0]
  }

  function goTo(chapter) {
    if (!chapter) return say('This is the last chapter')
    video.currentTime = chapter.start
    say(`Chapter ${chapter.title}`)
  }
}
