import 'nodejieba'

/** Paths that nodejieba exports and its types leave out. */
declare module 'nodejieba' {
  export const DEFAULT_DICT: string
  export const DEFAULT_HMM_DICT: string
  export const DEFAULT_USER_DICT: string
}
