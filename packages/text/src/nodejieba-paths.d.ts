import 'nodejieba'

/** A path that nodejieba exports and its types leave out. */
declare module 'nodejieba' {
  export const DEFAULT_DICT: string
}
