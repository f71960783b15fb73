import type { Environment } from '@yuzhi/service'
import { nearestName } from '@yuzhi/signals'

/** Variables of the program itself, beside the settings of its services. */
const OWN = ['YUZHI_SETTINGS', 'YUZHI_SQL_PASSWORD', 'YUZHI_REVIEWER']
const PREFIX = /^(?:SCORER|SINK|INTAKE|TOPIC|KAFKA|CLICKHOUSE|YUZHI)_/u

/** Variables that look like settings, are none, and come near to one: slips of the pen. `known`: names of all settings of all services. */
export function unknownSettings(environment: Environment, known: readonly string[]): { name: string; meant: string }[] {
  const names = new Set([...known, ...OWN].flatMap((name) => [name, `${name}_FILE`]))
  return Object.keys(environment).filter((name) => PREFIX.test(name) && !names.has(name)).flatMap((name) => {
    const meant = nearestName(name, names)
    return meant === undefined ? [] : [{ name, meant }]
  })
}
