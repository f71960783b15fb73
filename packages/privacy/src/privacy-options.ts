import { z } from 'zod'
import { PRIVATE_KINDS } from './find-private.js'

/** What is masked before anything is stored or sent on. */
export const PrivacyOptions = z.strictObject({
  mask: z.array(z.enum(PRIVATE_KINDS)).default([...PRIVATE_KINDS]).describe('Kinds of private data; an empty list masks nothing'),
})
export type PrivacyOptions = z.infer<typeof PrivacyOptions>
