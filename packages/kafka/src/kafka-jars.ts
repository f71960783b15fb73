import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const KAFKA_VERSION = '4.1.0'
const LOG4J_VERSION = '2.24.3'
const FETCH_LIMIT_MS = 300_000

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>yuzhi</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG4J_VERSION}</version></dependency>
  </dependencies>
</project>
`

/** Folder with Kafka's jars, fetched from Maven Central the first time (43 MB). */
export async function kafkaJars(log: (message: string) => void): Promise<string> {
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'yuzhi')
  const jars = path.join(cache, `kafka-${KAFKA_VERSION}`)
  if (existsSync(jars) && readdirSync(jars).length > 0) return jars
  log(`fetching Apache Kafka ${KAFKA_VERSION} (43 MB) into ${jars}`)
  mkdirSync(cache, { recursive: true })
  const fetched = mkdtempSync(path.join(cache, 'fetching-'))
  try {
    writeFileSync(path.join(fetched, 'pom.xml'), POM)
    await run('mvn', ['--batch-mode', '--quiet', '-f', path.join(fetched, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${path.join(fetched, 'jars')}`, '-DincludeScope=runtime'], { timeout: FETCH_LIMIT_MS })
    // Whoever is first leaves its folder; it is whole from the moment it is there.
    if (!existsSync(jars)) renameSync(path.join(fetched, 'jars'), jars)
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
  return jars
}
