// The sandbox's behaviours. Each only enhances: every page works without them.
import { offerCopies } from '../shared/copy.js'
import { localizeMoments } from '../shared/moments.js'
import { focusProblem } from '../shared/problem.js'
import { followPreparing } from './coming.js'
import { followFilters } from './filters.js'
import { listenToKeys } from './keys.js'

focusProblem()
followFilters()
followPreparing()
listenToKeys()
localizeMoments()
offerCopies()
