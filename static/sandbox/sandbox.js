// The sandbox's behaviours. Each only enhances: every page works without them.
import { offerCopies } from '../shared/copy.js'
import { localizeMoments } from '../shared/moments.js'
import { focusProblem } from '../shared/problem.js'
import { carryCards } from './board.js'
import { editCells } from './cells.js'
import { followPreparing } from './coming.js'
import { sendWithEnter } from './composer.js'
import { followFilters } from './filters.js'
import { editInPlace } from './in_place.js'
import { listenToKeys } from './keys.js'
import { tendMenus } from './menus.js'
import { offerPalette } from './palette.js'
import { keepTicks } from './picking.js'
import { listenToRecordKeys } from './record_keys.js'
import { moveAlongRows } from './rows.js'
import { followTour } from './tour.js'

carryCards()
editCells()
editInPlace()
focusProblem()
followFilters()
followPreparing()
followTour()
keepTicks()
listenToKeys()
listenToRecordKeys()
localizeMoments()
moveAlongRows()
offerCopies()
offerPalette()
sendWithEnter()
tendMenus()
if (document.querySelector('[data-shapes]')) import('./shapes/page.js')
