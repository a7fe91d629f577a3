// The people side's behaviours. Each only enhances: every page works without them.
import { offerCopies } from '../shared/copy.js'
import { focusProblem } from '../shared/problem.js'
import { localizeMoments } from './moments.js'
import { followRecording } from './transcript.js'

focusProblem()
localizeMoments()
offerCopies()
followRecording()
