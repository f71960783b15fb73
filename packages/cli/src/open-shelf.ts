import { fileCache, Shelf, UnknownStandard } from '@yuzhi/rules'
import { type Context, UserError } from './context.js'

/** The rubrics of the configuration, or only those of one standard. */
export function openShelf({ config, cache, say }: Context, standard: string | undefined): Shelf {
  try {
    return Shelf.open(config, standard, fileCache(cache))
  } catch (error) {
    if (!(error instanceof UnknownStandard)) throw error
    const hint = error.suggestion === undefined ? '' : say('did_you_mean', { name: error.suggestion })
    throw new UserError(say('unknown_standard', { asked: error.asked, known: error.known.join(', ') }) + hint)
  }
}
