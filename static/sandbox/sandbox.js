// The sandbox's behaviours. Each only enhances: every page works without them.
import { offerCopies } from '../shared/copy.js'
import { focusProblem } from '../shared/problem.js'
import { followFilters } from './filters.js'
import { listenToKeys } from './keys.js'

focusProblem()
followFilters()
listenToKeys()
offerCopies()
