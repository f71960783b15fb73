import { textIn } from '@yuzhi/schemas'
import { holdsStore, openReader, openStore, type Reader, type Store, StoreError } from '@yuzhi/store'
import { type Context, placeOf, UserError } from './context.js'

/** Opens the store for reading and says what a user can mend. */
export async function withReader<T>(context: Context, dir: string, use: (reader: Reader) => Promise<T>): Promise<T> {
  try {
    const reader = await openReader(await placeOf(context, dir))
    try {
      return await use(reader)
    } finally {
      await reader.close()
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (error.code === 'no_store') throw new UserError(context.say('no_store', { dir }))
    if (error.code === 'refused') throw new UserError(context.say('sql_refused', { reason: textIn(error, context.lang) }))
    throw error
  }
}

/** Opens the store for writing and closes it again. A folder must hold one, unless `create`. */
export async function withStore<T>(context: Context, dir: string, use: (store: Store) => Promise<T>, { create = false } = {}): Promise<T> {
  const place = await placeOf(context, dir)
  if ('dir' in place && !create && !holdsStore(dir)) throw new UserError(context.say('no_store', { dir }))
  const store = await openStore(place, context.store)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
