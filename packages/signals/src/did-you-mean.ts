import type { FaultText } from '@yuzhi/schemas'

/** A hint at a name that was meant, in both languages; nothing where none is close. */
export function didYouMean(name: string | undefined): FaultText {
  return name === undefined ? { message: '', zh: '' } : { message: `: did you mean "${name}"?`, zh: `，是不是 “${name}”？` }
}
