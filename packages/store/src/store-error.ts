/** Why the store could not do something. */
export type StoreErrorCode = 'locked' | 'syntax' | 'refused' | 'limit' | 'unknown_name' | 'unavailable' | 'failed'

export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    /** Whether the same request may succeed later. */
    readonly canRetry: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
