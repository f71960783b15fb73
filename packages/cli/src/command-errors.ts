/** What the command line's parser says, in Chinese; it has no other language of its own. */
const CHINESE: readonly [RegExp, string][] = [
  [/^error: required option '(.+)' not specified/mu, '缺少选项 $1'],
  [/^error: missing required argument '(.+)'/mu, '缺少参数 $1'],
  [/^error: unknown option '(.+)'/mu, '没有选项 $1'],
  [/^error: unknown command '(.+)'/mu, '没有命令 $1'],
  [/^error: option '(.+?)' argument missing/mu, '选项 $1 缺少取值'],
  [/^error: option '(.+?)' cannot be used with option '(.+?)'/mu, '选项 $1 不能和 $2 一起用'],
  [/^error: too many arguments.*$/mu, '参数太多'],
  [/^error: (?:option|command-argument) '(.+?)'(?: argument)? (?:value )?'(.*?)' (?:is invalid|from .* is invalid)\./mu, '选项 $1 的取值 “$2” 不对。'],
  [/Allowed choices are (.+)\.$/mu, '可选：$1'],
  [/"(.*)" is no whole number above 0/u, '要大于 0 的整数'],
  [/"(.*)" is no port/u, '要 0 到 65535 的端口号'],
  [/"(.*)" is no day like (\S+)/u, '要写成 $2 这样的日期'],
  [/"(.*)" is none of (.+)/u, '可选：$2'],
  [/\(Did you mean (?:one of )?(.+)\?\)/u, '（是不是 $1？）'],
]

export function inChinese(error: string): string {
  return CHINESE.reduce((text, [pattern, chinese]) => text.replace(pattern, chinese), error)
}
