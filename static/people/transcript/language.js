// The transcript follows the language of the captions: the same part of the same page in that language takes its place.
import { followRecording } from '../transcript.js'

export function offerLanguage(root, offer) {
  root.addEventListener('language', ({ detail }) => follow(detail))

  async function follow(language) {
    const before = document.querySelector('.transcript')
    if (before.dataset.language === language) return
    const answer = await fetch(`?${new URLSearchParams({ language })}`).catch(() => null)
    if (!answer?.ok) return // it stays in the language that it has
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    before.replaceWith(document.adoptNode(page.querySelector('.transcript')))
    offer()
    followRecording(document.querySelector('.transcript'))
  }
}
