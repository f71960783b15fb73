/** The package's own types do not resolve under Node's module rules. */
declare module 'opencc-js/t2cn' {
  export function Converter(options: { from: 'tw'; to: 'cn' }): (text: string) => string
}
