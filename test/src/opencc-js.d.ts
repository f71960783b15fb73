/** The package's own types do not resolve under Node's module rules. */
declare module 'opencc-js/cn2t' {
  export function Converter(options: { from: 'cn'; to: 'tw' }): (text: string) => string
}
