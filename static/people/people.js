// The people side's behaviours. Each only enhances: every page works without them.
import { offerCopies } from '../shared/copy.js'
import { localizeMoments } from '../shared/moments.js'
import { focusProblem } from '../shared/problem.js'
import { tellHeight } from './framed.js'
import { checkCertificates } from './certificate-check.js'
import { checkReceipts } from './receipt-check.js'
import { offerPasskeys } from './passkey.js'
import { workAhead } from './proof/proof.js'
import { offerReveals } from './reveal.js'
import { offerPlayer } from './player.js'
import { suggestWhileTyping } from './suggesting.js'

focusProblem()
checkCertificates()
checkReceipts()
localizeMoments()
offerCopies()
offerPasskeys()
offerReveals()
offerPlayer()
suggestWhileTyping()
tellHeight()
workAhead()
