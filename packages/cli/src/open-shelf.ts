import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileCache, Shelf, UnknownStandard } from '@yuzhi/rules'
import { textIn } from '@yuzhi/schemas'
import { didYouMean } from '@yuzhi/signals'
import { type Context, UserError } from './context.js'

/** The rubrics of the configuration, or only those of one standard. */
export function openShelf(context: Context, standard: string | undefined): Shelf {
  const { config, say, lang } = context
  if (!existsSync(path.join(config, 'standards'))) throw new UserError(say('no_config', { config }))
  try {
    return Shelf.open(config, standard, talkingCache(context))
  } catch (error) {
    if (!(error instanceof UnknownStandard)) throw error
    throw new UserError(say('unknown_standard', { asked: error.asked, known: error.known.join(', ') }) + textIn(didYouMean(error.suggestion), lang))
  }
}

/** Training takes minutes where nothing was kept: it says so before it begins. */
function talkingCache({ cache, log, say }: Context): ReturnType<typeof fileCache> {
  const kept = fileCache(cache)
  let isTold = false
  return {
    ...kept,
    get(key) {
      const bytes = kept.get(key)
      if (bytes === undefined && !isTold) log(say('training'))
      isTold ||= bytes === undefined
      return bytes
    },
  }
}
